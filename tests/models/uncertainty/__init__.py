"""Tests of intervals and distributions."""
