"""HTTP to systems that others named: bounded in time, size and place. Needs httpx."""
