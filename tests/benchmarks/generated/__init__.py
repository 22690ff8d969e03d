"""Generated panels of many kinds."""
