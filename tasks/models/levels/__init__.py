"""The current level of each product's sales: from its own weeks, from its peers, and from the market as a whole."""
