"""From the rows of a file to a panel: units by product and week, and the faults of what is set aside."""
