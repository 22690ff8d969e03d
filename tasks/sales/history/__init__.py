"""Accepted sales of all files together, and how they are identified."""
