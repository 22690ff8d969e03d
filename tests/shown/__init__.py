"""Tests of what a report reads from the store."""
