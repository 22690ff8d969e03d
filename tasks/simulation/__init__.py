"""Panels of weekly sales out of nothing: what moves them is drawn anew for every panel, over wide ranges."""
