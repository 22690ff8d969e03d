"""How far sales may lie from a point forecast: intervals and distributions."""
