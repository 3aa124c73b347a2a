"""Services for virtual servers and their hosts."""
