"""What a tracking server (MLflow) is told of a published run."""
