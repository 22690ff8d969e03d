"""The kinds of inputs, each with its reader."""
