"""What a person may do to the running system: the same acts for the command line, the API and the page."""
