"""DNS (RFC 1035): does a server answer a question, and with the right values?"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import TYPE_CHECKING

from backends.error import BackendError, network_words, one_line
from backends.probe.conversation import where
from backends.probe.finding import Finding

if TYPE_CHECKING:
    from dns.message import Message

READ_TIMEOUT = 5.0
#: A lost datagram is no outage.
TRIES = 2


async def ask(
    server: str,
    name: str,
    kind: str = "A",
    *,
    port: int = 53,
    wanted: tuple[str, ...] = (),
    recursion: bool = True,
    read_timeout: float = READ_TIMEOUT,
) -> Finding:
    """Ask `server` for records of `kind` of `name`; each of `wanted` must be among their values.

    Over UDP, over TCP where the answer is too long. The value is the number of records. A name
    that does not exist is not ok; a server that does not answer raises BackendError.
    """
    place = where(server, port)
    answer = await _asked(place, server, port, _question(name, kind, recursion, place), read_timeout)
    return _judged(place, answer, name, kind, wanted)


def _question(name: str, kind: str, recursion: bool, place: str) -> Message:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.name

    try:
        # IDNA 2008 needs a package of its own; names in other scripts come as they are registered.
        question = dns.message.make_query(dns.name.from_text(name), kind)
    except (dns.exception.DNSException, ValueError, UnicodeError):
        said = one_line(f"{name} {kind}", longest=80)
        raise BackendError("invalid", f"{place}: no question can be made of {said}") from None
    if not recursion:
        question.flags &= ~dns.flags.RD
    return question


async def _asked(place: str, server: str, port: int, question: Message, timeout: float) -> Message:
    import dns.asyncquery
    import dns.exception

    try:
        address = await _address(server, timeout)
        for attempt in range(1, TRIES + 1):
            try:
                answer, _ = await dns.asyncquery.udp_with_fallback(
                    question, address, timeout / TRIES, port, ignore_unexpected=True
                )
                return answer
            except dns.exception.Timeout:
                if attempt == TRIES:
                    raise
    except dns.exception.Timeout:
        raise BackendError("unreachable", f"{place}: it does not answer in time") from None
    except OSError as error:
        raise BackendError("unreachable", f"{place}: {network_words(error)}") from None
    except (dns.exception.DNSException, EOFError, ValueError) as error:
        raise BackendError("invalid", f"{place}: what it says is not DNS: {one_line(str(error))}") from None
    raise AssertionError("never reached")


async def _address(server: str, timeout: float) -> str:
    try:
        return str(ipaddress.ip_address(server))
    except ValueError:
        async with asyncio.timeout(timeout):
            found = await asyncio.get_running_loop().getaddrinfo(server, None, type=socket.SOCK_DGRAM)
        return str(found[0][4][0])


def _judged(place: str, answer: Message, name: str, kind: str, wanted: tuple[str, ...]) -> Finding:
    import dns.rcode
    import dns.rdatatype

    asked = one_line(f"{name} {kind}", longest=80)
    if answer.rcode() != dns.rcode.NOERROR:
        return Finding(False, f"{place}: {asked}: {dns.rcode.to_text(answer.rcode())}", 0)
    wanted_kind = dns.rdatatype.from_text(kind)
    values = {
        _plain(record.to_text()) for part in answer.answer if part.rdtype == wanted_kind for record in part
    }
    if not values:
        return Finding(False, f"{place}: {asked}: no such record", 0, "records")
    missing = [value for value in wanted if _plain(value) not in values]
    if missing:
        got = one_line(", ".join(sorted(values)), longest=120)
        text = f"{place}: {asked}: lacks {one_line(', '.join(missing), longest=120)}; it has {got}"
        return Finding(False, text, len(values), "records")
    return Finding(True, one_line(", ".join(sorted(values)), longest=120), len(values), "records")


def _plain(value: str) -> str:
    """A value as it is compared: names without the last dot, in lower case; strings without quotes."""
    if value.startswith('"'):  # the strings of a TXT record are one text
        return value.replace('" "', "").strip('"')
    return value.rstrip(".").lower()
