"""Reading a store, which nobody holds."""
