"""The gate: whether this week's model, last week's or a simple method answers, by forecasts that were made in time."""
