"""What holds in every Active Directory: names, identities, times and flags. No input or output."""
