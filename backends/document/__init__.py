"""Tables as files that people open: spreadsheets and printed pages."""
