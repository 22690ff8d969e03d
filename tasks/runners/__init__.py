"""How the work on many products is shared out: over the threads of this process."""
