"""Whether a page is for this machine only."""

from __future__ import annotations

import ipaddress


def loopback(host: str) -> bool:
    """Whether only this machine reaches a page that listens there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
