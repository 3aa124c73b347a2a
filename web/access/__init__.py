"""Who may see and do what: users, sessions, tokens, and what a browser may send."""
