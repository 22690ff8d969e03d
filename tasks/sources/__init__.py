"""Where sales come from: addresses, files, the web and databases, and which of them the environment allows."""
