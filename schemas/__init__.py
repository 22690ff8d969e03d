"""Every contract of the pipeline: configuration, records, tables and errors."""

from schemas.processor import fix_instructions

fix_instructions()  # before a module of this package imports numpy
