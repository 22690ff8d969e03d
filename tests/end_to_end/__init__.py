"""The schedule, the worker and the UI, on a real Prefect server."""
