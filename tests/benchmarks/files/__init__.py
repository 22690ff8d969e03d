"""What reading sales files costs, and which of them are taken for unfinished."""
