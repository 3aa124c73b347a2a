"""Services that collect and rate call records, and manage rates."""
