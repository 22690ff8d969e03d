"""Scripts and commands that stand in the documents, as they run."""
