"""What a store is made of, and where it lies: a folder of this machine, or a bucket."""
