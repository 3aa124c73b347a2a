"""Our copy of directories: their users, groups and units, and how far it is."""
