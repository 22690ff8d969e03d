"""A generator of sample data."""
