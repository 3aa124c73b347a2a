"""Looks at servers from outside: one probe a file, all of them over one event loop."""
