"""Recipes: each makes a network's windows from sales, and a forecast from the network's outputs."""
