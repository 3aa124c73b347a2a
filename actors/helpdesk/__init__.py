"""Services for tickets, campaigns, workflows and scheduled reports."""
