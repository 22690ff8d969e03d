"""The forecasting models and their evaluation; nothing here needs Prefect or the store."""
