"""Accepted sales over all files, and what identifies them."""
