"""Rules of DNS and of domains, without I/O."""
