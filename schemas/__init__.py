"""Every contract of the pipeline: configuration, records, tables and errors."""
