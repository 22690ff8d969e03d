"""Where each product's sales stand now: its level among its peers, its own level, and the market as a whole."""
