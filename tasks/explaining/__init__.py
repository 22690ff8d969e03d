"""What a store tells of itself, and of one product, as small plain data."""
