"""Whom failed sign-ins are counted for: an account, and an address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

#: Longer names are none of ours: they count as one account.
LONGEST = 64


def account_key(name: str) -> str:
    """The same for every way to write a name; it need not exist."""
    name = name.strip().lower()
    return name if len(name) <= LONGEST and name.isascii() and name.isprintable() else "?"


def address_key(address: str) -> str:
    """An address; of IPv6 the /64, which is what one customer has (RFC 6177)."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return "?"
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)
