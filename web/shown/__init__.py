"""What is shown of the running system: the same plain objects for the command line, the API and the page."""
