"""Tests of what a user would notice, module by module; end_to_end/ tests the whole pipeline."""

from schemas.processor import fix_instructions

fix_instructions()  # before a test module imports numpy
