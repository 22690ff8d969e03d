"""Tests of backtests and scores."""
