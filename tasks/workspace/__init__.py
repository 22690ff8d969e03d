"""What a step works with: the store as the run found it, and where to tell how it goes."""
