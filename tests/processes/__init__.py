"""Processes that run `weekcast` in ways that a user cannot ask for."""
