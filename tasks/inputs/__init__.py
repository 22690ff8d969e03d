"""Tables that people give beside the sales, read as these are: the same keys, signs, encodings and messages."""
