"""Tests of what a row of a sales file is, and what the rows add up to."""
