"""Services for orders, invoices, quotas and the licence."""
