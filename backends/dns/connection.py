"""The name server that a zone names, and trying it: does it answer, and does it give us the zone?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backends.dns.authoritative import find_zone, resolvers
from backends.dns.ixfr import ixfr
from backends.dns.lookup import ask
from backends.dns.names import to_unicode
from backends.dns.server import Key, Server
from backends.error import BackendError

Lines = list[tuple[bool, str]]
PORT = 53
#: Seconds that somebody waits for an answer.
TIMEOUT = 10.0


def server_of(zone: Mapping[str, Any], secret: Callable[[str], str], **timeouts: float) -> Server:
    """The server of a zone object, with its key. Raises what `secret` raises."""
    key = None
    if zone["key_name"]:
        key = Key(zone["key_name"], secret(zone["key_secret"]), zone["key_algorithm"])
    return Server(zone["host"], zone["port"] or PORT, key, **timeouts)


def try_out(found: Mapping[str, Any], secret: Callable[[str], str], timeout: float = TIMEOUT) -> Lines:
    """What worked and what did not, a line each. Raises what `secret` raises."""
    server = server_of(found, secret, connect_timeout=timeout / 2, read_timeout=timeout)
    plain = Server(server.host, server.port, None, timeout / 2, timeout)
    answer = ask(found["name"], "SOA", plain)
    if answer.state != "found":
        return [(False, answer.text)]
    serial = int(answer.values[0].split()[2])
    lines = [(True, f"{server} has {to_unicode(found['name'])} at serial {serial}")]
    signed = f"signed with {server.key.name}" if server.key else "not signed"
    try:
        # From its own serial on nothing has changed: the zone itself need not travel.
        with ixfr(found["name"], serial, server, time_limit=timeout):
            lines.append((True, f"it gives us the zone, {signed}"))
    except BackendError as error:
        lines.append((False, str(error)))
    return lines


def try_domain(found: Mapping[str, Any], secret: Callable[[str], str], timeout: float = TIMEOUT) -> Lines:
    """What each authoritative server of a domain says of it. Nothing secret is needed."""
    del secret
    try:
        here = resolvers(connect_timeout=timeout / 2, read_timeout=timeout)
        zone = find_zone(found["name"], here)
    except BackendError as error:
        return [(False, str(error))]
    lines: Lines = []
    for host, address in zone.servers:
        if not address:
            lines.append((False, f"{host} has no address"))
            continue
        answer = ask(zone.name, "SOA", Server(address, PORT, None, timeout / 2, timeout))
        lines.append((answer.state == "found", f"{host}: {answer.text}"))
    return lines or [(False, f"{to_unicode(zone.name)} has no name servers")]
