"""What forecasts and how it is judged, without Prefect and without the store."""
