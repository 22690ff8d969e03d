"""Tests of how the sales file is read and checked."""
