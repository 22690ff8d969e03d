"""Sample paths: what all products may sell together in the weeks ahead, as they did around forecasts of past weeks."""
