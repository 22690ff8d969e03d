"""Tests of what is known beside the sales: weeks out of stock, prices, promotions and events."""
