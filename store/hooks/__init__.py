"""Event hooks: their state, and the calls to them with every try."""
