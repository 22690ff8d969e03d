"""Long tests of what must hold at any instant; `make soak` runs them, `make test` does not."""
