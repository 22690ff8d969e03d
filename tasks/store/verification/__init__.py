"""Comparing a store with what was committed, and rebuilding what can be rebuilt."""
