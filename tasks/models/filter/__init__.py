"""The filter: the current level of each product's sales, and how sure it is, followed week after week."""
