"""What a monitor is told of a store and its last run."""
