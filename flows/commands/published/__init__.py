"""Commands about what a store has published."""
