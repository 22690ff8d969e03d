"""Accepted sales over all files."""
