"""Checking a sales file: what is accepted, what is set aside, and whether the file is refused."""
