"""What it costs to share the work out over other processes and machines."""
