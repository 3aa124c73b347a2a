"""How a worker executes the runs it has claimed."""
