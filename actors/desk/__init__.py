"""How the helpdesk's services work: reading mailboxes, what becomes of each mail, and commands."""
