"""What is known of products beside their sales: weeks out of stock, prices, promotions and events, and what they do."""
