"""Tests of reading a sales file."""
