"""Checks and servers as they were found: where each stands, its history, and what it counted."""
