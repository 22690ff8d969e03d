"""What the documents say and show."""
