"""Services for O365, Azure and CSP subscriptions."""
