"""Reading directories into our copy of them, and what follows from it."""
