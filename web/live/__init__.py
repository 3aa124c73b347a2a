"""What open pages see change: one look at the database for all of them, sent as events."""
