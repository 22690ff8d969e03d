"""Distributions, the sample paths that are drawn from them, and what comes of these."""
