"""The season of sales: what comes again after a year, for all products, for similar ones and for each."""
