"""Active Directory over LDAPS: reading, changing, and what changed since. Needs ldap3."""
