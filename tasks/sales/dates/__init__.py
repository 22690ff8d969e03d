"""How weeks and days are written: which way a file uses, and which week each text means."""
