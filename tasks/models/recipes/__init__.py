"""How sales become a network's windows and its outputs a forecast: one module a recipe."""
