"""Services every site needs: mail, events, sessions, backup, logs, health."""
