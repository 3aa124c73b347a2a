"""A record of a zone as a plain tuple, and the way back."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from backends.dns.names import to_ascii
from backends.error import BackendError, one_line

if TYPE_CHECKING:
    from dns.message import Message
    from dns.rdata import Rdata
    from dns.rdatatype import RdataType


class Record(NamedTuple):
    """`name`: absolute, lower-case ASCII with the last dot; `ttl`: seconds; `kind`: ``A``, ``TYPE65400``;
    `data`: its text form (RFC 1035 §5.1), names in it absolute; of an unknown type ``\\# 2 beef`` (RFC 3597).
    """

    name: str
    ttl: int
    kind: str
    data: str


def records_of(answer: Message) -> list[Record]:
    """The answer's records in their order; read it with `one_rr_per_rrset`, which keeps that order."""
    return [
        # Its escapes are digits, so the text may be lowered instead of the name, in half the time.
        Record(each.name.to_text().lower(), each.ttl, _kind(each.rdtype), each[0].to_text())
        for each in answer.answer
    ]


@cache
def _kind(number: RdataType) -> str:
    import dns.rdatatype

    return dns.rdatatype.to_text(number)


def serial_of(soa: Record) -> int:
    """The serial number in a SOA record."""
    return int(soa.data.split()[2])


def data_of(kind: str, data: str) -> Rdata:
    """dnspython's record of this type and text. Raises BackendError ``invalid``."""
    import dns.exception
    import dns.name
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype

    try:
        return dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), data, dns.name.root)
    except (dns.exception.DNSException, ValueError) as error:
        reason = one_line(str(error)) or type(error).__name__
        raise BackendError("invalid", f"{one_line(data)!r} is no {one_line(kind)} record: {reason}") from None


def record(name: str, ttl: int, kind: str, data: str) -> Record:
    """A record from what somebody wrote: its name in ASCII, its data in canonical form.

    Raises BackendError ``invalid``.
    """
    if not 0 <= ttl < 2**31:
        raise BackendError("invalid", f"a TTL is a number of seconds from 0 to 2147483647, not {ttl}")
    return Record(to_ascii(name), ttl, kind.upper(), data_of(kind, data).to_text())
