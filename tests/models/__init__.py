"""Tests of the forecasting models and their evaluation."""
