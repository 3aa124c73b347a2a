"""What a zone's own name servers say, each asked itself: no resolver's memory stands between."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from backends.dns.lookup import Answer, ask
from backends.dns.names import ancestors, to_ascii, to_unicode
from backends.dns.server import Server
from backends.error import BackendError

#: Questions under way at once, and name servers of a zone that are asked.
_AT_ONCE = 8
MOST_SERVERS = 26


@dataclass(frozen=True)
class Zone:
    """The zone a name is in: its `name`, and its servers as (name, address); no address: it has none."""

    name: str
    servers: tuple[tuple[str, str], ...]


def resolvers(**timeouts: float) -> list[Server]:
    """The resolvers of this machine. Raises BackendError ``invalid`` where it has none."""
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.Resolver().nameservers
    except (dns.exception.DNSException, OSError):
        raise BackendError("invalid", "this machine has no resolvers: see /etc/resolv.conf") from None
    return [Server(str(each), **timeouts) for each in found]  # type: ignore[arg-type]


def find_zone(name: str, resolvers: Sequence[Server]) -> Zone:
    """The zone that holds `name`, with the addresses of its name servers.

    Raises BackendError: ``missing`` where no zone has it, ``unreachable`` where no resolver knows.
    """
    for candidate in ancestors(name):
        answer = _resolve(candidate, "NS", resolvers)
        if answer.state == "found":
            names = sorted(to_ascii(value) for value in answer.values)[:MOST_SERVERS]
            return Zone(candidate, tuple(pair for each in names for pair in _addresses(each, resolvers)))
    raise BackendError("missing", f"{to_unicode(name)}: no zone has this name")


def ask_each(name: str, kind: str, resolvers: Sequence[Server], *, port: int = 53) -> list[Answer]:
    """What each authoritative server of the name's zone says, at once; one that is down says so.

    `port`: where they listen. The first resolver's timeouts hold for them. Raises BackendError as
    `find_zone` does.
    """
    zone = find_zone(name, resolvers)

    def one(server: tuple[str, str]) -> Answer:
        host, address = server
        if not address:
            return Answer(host, "unreachable", f"{host} serves {zone.name}, but its name has no address")
        answer = ask(name, kind, dataclasses.replace(resolvers[0], host=address, port=port, key=None))
        return dataclasses.replace(answer, server=f"{host} ({answer.server})")

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="dns") as pool:
        return list(pool.map(one, zone.servers))


def _addresses(host: str, resolvers: Sequence[Server]) -> list[tuple[str, str]]:
    found = [
        (host, value)
        for kind in ("A", "AAAA")
        for value in _resolve(host, kind, resolvers, needed=False).values
    ]
    return found or [(host, "")]


def _resolve(name: str, kind: str, resolvers: Sequence[Server], needed: bool = True) -> Answer:
    """The first resolver's answer that is one."""
    if not resolvers:
        raise BackendError("invalid", "no resolver is given to look for name servers")
    answers = []
    for resolver in resolvers:
        answer = ask(name, kind, resolver, recurse=True)
        if answer.state in ("found", "alias", "no_data", "no_name"):
            return answer
        answers.append(answer)
    if needed:
        raise BackendError("unreachable", "; ".join(answer.text for answer in answers))
    return answers[0]
