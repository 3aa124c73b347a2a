"""Calls: files, legs, batches, days, the ledger and the summary."""
