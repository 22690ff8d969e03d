"""What people are told of without looking: alerts as automations of a Prefect server."""
