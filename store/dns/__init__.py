"""What is kept of zones, their records, and domains."""
