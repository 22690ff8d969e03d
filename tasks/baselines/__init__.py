"""Forecasts without a network: the simple methods to beat, and the fallback where the network cannot answer."""
