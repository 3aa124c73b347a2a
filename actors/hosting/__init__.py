"""Services for web hosting, SharePoint, CRM, and file transfer."""
