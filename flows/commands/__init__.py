"""One module a command of `weekcast`."""
