"""Sales files as other programs and people write them."""
