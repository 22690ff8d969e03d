"""Tests of the check of a sales file."""
