"""Services for hosted telephony: SIP, Lync, bundles, call data."""
