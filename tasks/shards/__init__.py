"""Parts of a step that any process can do: each takes records and paths in a store, and what a process loads once."""
