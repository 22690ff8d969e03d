"""Tables that people give beside the sales, as the pipeline keeps them."""
