"""Backups of the whole system: made, kept, verified and restored."""
