"""What three people do with Weekcast, and what each finds."""
