"""Who works on the shards of a step."""
