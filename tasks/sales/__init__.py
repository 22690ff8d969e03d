"""How the sales file is read and judged, without Prefect and without the store."""
