"""What every box of the DAG has in common when it runs."""
