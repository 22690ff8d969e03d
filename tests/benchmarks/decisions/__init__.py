"""What comes after the forecast: totals, on the panels of other kinds."""
