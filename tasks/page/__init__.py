"""The report of a run, for the people who use the forecast: pure functions from data to one HTML string."""
