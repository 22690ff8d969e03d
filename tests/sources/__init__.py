"""Tests of where sales come from."""
