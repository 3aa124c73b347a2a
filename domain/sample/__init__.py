"""Samples: made-up providers for a newcomer to look at, on which services do real work."""
