"""The gate: how a sales file is read and judged."""
