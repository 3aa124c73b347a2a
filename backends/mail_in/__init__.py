"""Mailboxes that are read: one interface over IMAP and POP3."""
