"""What the columns of a sales file hold: products, weeks and units, and how dates and numbers are written."""
