"""Tests of the simple methods."""
