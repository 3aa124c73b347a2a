"""When a check is due, when what it found opens an alert, and what counters say: no input or output."""
