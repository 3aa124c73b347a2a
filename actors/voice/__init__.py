"""Services that decide on live calls: RADIUS, SIP, routing, caches."""
