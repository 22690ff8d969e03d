"""Benchmarks of the pipeline's cost and error, beside the alternatives of a user; `make benchmark` runs them all."""
