"""What a tracking server is told of runs."""
