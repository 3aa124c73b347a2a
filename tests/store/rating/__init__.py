"""The book of rates on both databases."""
