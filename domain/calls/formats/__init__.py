"""What files with calls look like: one module for each format, read in blocks of whole lines."""
