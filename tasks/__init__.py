"""One thin module per box of the DAG; the rooms below them know neither Prefect nor paths."""
