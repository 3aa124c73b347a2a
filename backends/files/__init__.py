"""Files: those of this machine, read in blocks, and those of other servers."""
