"""Tests of the levels."""
