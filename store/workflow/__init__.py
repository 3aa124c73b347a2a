"""Workflows with their versions, their runs and the steps of those."""
