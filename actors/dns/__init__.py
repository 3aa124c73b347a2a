"""Services for domains and their DNS records."""
