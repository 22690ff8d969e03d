"""Whether weeks are over, and rows are products."""
