"""One thin module per box of the DAG; the rooms below them know neither Prefect nor paths."""

from schemas.processor import fix_instructions

fix_instructions()  # before a module of this package imports numpy
