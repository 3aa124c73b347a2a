"""Services for balances, invoices, packages, cards and deals of voice customers."""
