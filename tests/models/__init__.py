"""Tests of what forecasts and how it is judged."""
