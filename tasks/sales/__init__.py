"""How the sales file is read and checked, without Prefect and without the store."""
