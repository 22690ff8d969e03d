"""The published forecasts as the hubverse lays them out, so that its tools read, score and combine them."""
