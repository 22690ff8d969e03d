"""Whether a table that can be read holds whole weeks and products: no unfinished week, and no row that sums others."""
