"""What answers without a network: the simple methods to beat, and the fallback where a network cannot answer."""
