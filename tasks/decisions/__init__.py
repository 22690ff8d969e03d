"""From a forecast that is published to a decision: how much to order."""
