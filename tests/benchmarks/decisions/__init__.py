"""What comes beside the forecast and after it: known inputs, stock-outs, totals, orders."""
