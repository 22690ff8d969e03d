"""How steps run under Prefect: their names, what is tried again, what is logged and shown."""
