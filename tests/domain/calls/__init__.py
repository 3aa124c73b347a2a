"""Calls as files tell them."""
