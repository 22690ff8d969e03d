"""A disk that fails for a moment, at every call that a run makes below its store."""
