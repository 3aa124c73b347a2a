"""The outbox: what goes out by mail, once, and what became of it."""
