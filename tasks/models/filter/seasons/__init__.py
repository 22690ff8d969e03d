"""What comes again every year: seasons of all products, of one, of those that move alike, and single weeks."""
