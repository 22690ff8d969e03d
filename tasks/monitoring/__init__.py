"""What a monitor (Prometheus) is told of a store and its last run."""
