"""The check of a sales file: what is accepted, set aside and refused."""
