"""How calls are rated and booked: batches in parts by client, and legs that are rated again."""
