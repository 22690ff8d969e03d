"""Other views of a table's rows: some of them, or in the shape of a long table."""
