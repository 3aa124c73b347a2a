"""Files Collector at work: look into the folders, read what is finished, put it away."""
