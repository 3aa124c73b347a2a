"""Workflows that users build: an event, conditions, then actions."""
