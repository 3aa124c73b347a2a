"""Services for Active Directory: users, groups, organisations, staff."""
