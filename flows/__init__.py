"""The DAG and how it is started."""
