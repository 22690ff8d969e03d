"""Commands that ask a store, and start no run."""
