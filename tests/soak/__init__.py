"""Long tests that kill a run at every possible moment; `make soak` runs them, `make test` does not."""
