"""Mail that comes in: reading it, loops, threads, quotes, commands and rules. No input or output."""
