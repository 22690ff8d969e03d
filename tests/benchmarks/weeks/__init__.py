"""Many Mondays, one after the other: what was published, once its weeks have happened."""
