"""Tests of the made-up sales file."""
