"""How runs go on under Prefect."""
