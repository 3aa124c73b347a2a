"""Where a request may go: never to our own network, unless somebody allowed that (OWASP SSRF).

A name is resolved once, every address is looked at, and the connection goes to that very address: what the
name says a moment later does not count. All spellings of an address (``127.1``, ``0x7f.1``, ``2130706433``,
``0177.0.0.1``, ``::ffff:127.0.0.1``) are resolved to the same, and it is the result that is looked at.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

from backends.error import BackendError, network_words

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
#: For servers that an administrator named himself.
ANYWHERE = ("0.0.0.0/0", "::/0")
#: The well-known prefix of RFC 6052, after which an IPv4 address stands.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def addresses(host: str, port: int, allow: Sequence[str] = ()) -> list[str]:
    """The addresses of a host, all of which may be asked; `allow`: networks besides the public ones.

    Raises BackendError: ``denied`` where one of them may not, ``unreachable`` where there is none,
    ``invalid`` for an `allow` that is no network.
    """
    try:
        networks = [ipaddress.ip_network(each, strict=False) for each in allow]
    except ValueError as error:
        raise BackendError("invalid", f"{error}: allowed networks look like 10.0.0.0/8") from None
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        words = network_words(error) if isinstance(error, OSError) else "its name is none"
        raise BackendError("unreachable", f"{host}:{port}: {words}") from None
    texts = list(dict.fromkeys(str(each[4][0]) for each in found))
    for text in texts:
        address = ipaddress.ip_address(text.partition("%")[0])
        if not (is_public(address) or any(address in network for network in networks)):
            raise BackendError(
                "denied", f"{host}:{port}: its address {text} is not public; allow its network to send there"
            )
    return texts


def is_public(address: Address) -> bool:
    """Whether anybody in the world would reach the same machine under this address."""
    inner = _inside(address)
    if inner is not None and not is_public(inner):
        return False
    return address.is_global and not address.is_multicast and not address.is_unspecified


def _inside(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, Teredo or NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)
