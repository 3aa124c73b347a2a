"""Files with calls: what was found, how far it was read, and which of its rows were wrong."""
