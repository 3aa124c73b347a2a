"""The HTTP interface under /api/v1 (contract §5): one file for each kind of thing."""
