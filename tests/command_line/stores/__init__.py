"""Commands that ask a store."""
