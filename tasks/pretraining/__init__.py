"""Training before any user's file is seen: on simulated panels alone."""
