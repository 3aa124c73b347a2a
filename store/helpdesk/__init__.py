"""Tickets, the mails they are made of, and what is known of each mail that came in."""
