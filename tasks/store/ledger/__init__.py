"""The ledger: what stands beside each published forecast, once its weeks have happened."""
