"""The store: where everything that a run keeps lies, and how it is written, published and verified."""
