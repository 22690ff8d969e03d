"""What a run's page shows, read from the store: before the run is published, and again for a later page."""
