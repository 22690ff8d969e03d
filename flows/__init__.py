"""The DAG and how it is started."""

from schemas.processor import fix_instructions

fix_instructions()  # before a module of this package imports numpy
