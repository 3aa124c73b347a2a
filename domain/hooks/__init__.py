"""Event hooks: what is told to other systems, in which words and in which order."""
