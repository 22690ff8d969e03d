"""What a tracking server and a monitor are told of runs."""
