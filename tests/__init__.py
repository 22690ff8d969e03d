"""What a user would notice, module by module; end_to_end/ holds what only the whole can show."""

from schemas.processor import fix_instructions

fix_instructions()  # before a test module imports numpy
