"""Mail as it is written down: what may be in it, how it is composed, when it is tried again."""
