"""Whole zones from their name server (AXFR, RFC 5936).

All of a zone is received and checked before the first record is given: a transfer that is cut, or whose
last signature is wrong, gives none. It waits in a file, not in memory, so the server is never kept
waiting by whoever reads the records.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from backends.dns.names import to_ascii
from backends.dns.record import Record, records_of, serial_of
from backends.dns.server import Conversation, Server, parsed, wire_of
from backends.dns.spool import Spool
from backends.error import BackendError

if TYPE_CHECKING:
    from dns.message import Message

#: Seconds for a whole zone.
TIME_LIMIT = 600.0


class Transfer:
    """The zone at `serial`: iterate over its records, the SOA first and once; `len` counts them.

    To be closed, best by a with block.
    """

    def __init__(self, serial: int, spool: Spool) -> None:
        self.serial = serial
        self._spool = spool

    def __len__(self) -> int:
        return len(self._spool)

    def __iter__(self) -> Iterator[Record]:
        return (Record(*row) for row in self._spool)

    def __enter__(self) -> Transfer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the records."""
        self._spool.close()


def axfr(zone: str, server: Server, *, time_limit: float = TIME_LIMIT) -> Transfer:
    """Receive the whole zone. Spans in seconds.

    Raises BackendError: ``denied`` where the server does not give it to us, ``missing`` where it does not
    serve it, ``auth`` for keys that do not fit, ``unreachable`` for a broken or slow transfer,
    ``invalid`` for one that makes no sense.
    """
    import dns.message
    import dns.rdatatype

    question = dns.message.make_query(to_ascii(zone), dns.rdatatype.AXFR, flags=0)
    spool = Spool()
    try:
        soa: Record | None = None
        for records in messages(question, server, time_limit):
            if soa is None:
                soa = first_soa(zone, server, records)
                spool.add([soa])
                records = records[1:]
            last = next((place for place, each in enumerate(records) if each.kind == "SOA"), None)
            if last is None:
                spool.add(list(records))
                continue
            if last != len(records) - 1 or records[last].data != soa.data:
                raise BackendError("invalid", f"{server}: {zone}: the zone does not end as it began")
            spool.add(list(records[:last]))
            return Transfer(serial_of(soa), spool)
    except BaseException:
        spool.close()
        raise
    raise AssertionError("messages end in an error, not by themselves")


def messages(question: Message, server: Server, time_limit: float) -> Iterator[list[Record]]:
    """The records of each message of the answer, for as long as the caller wants another one.

    An unsigned message may stand between signed ones; when the caller stops, the last was signed.
    """
    import dns.rcode

    wire = wire_of(server, question)
    until = time.monotonic() + time_limit
    with Conversation(server) as conversation:
        conversation.send(wire)
        context = None
        unsigned: list[Record] = []
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise BackendError("unreachable", f"{server}: the zone is not here after {time_limit:.0f} s")
            answer = parsed(
                server,
                question,
                conversation.receive(left),
                context,
                xfr=True,
                multi=True,
                one_rr_per_rrset=True,
            )
            if code := answer.rcode():
                raise _refused(server, question, dns.rcode.to_text(code))
            context = answer.tsig_ctx
            unsigned += records_of(answer)
            if server.key is not None and not answer.had_tsig:
                if context is None or len(unsigned) > _MOST_UNSIGNED:
                    raise BackendError("auth", f"{server}: it does not sign its answer")
                continue
            yield unsigned
            unsigned = []


def first_soa(zone: str, server: Server, records: list[Record]) -> Record:
    """The SOA that a transfer begins with. Raises BackendError ``invalid``."""
    if not records or records[0].kind != "SOA" or records[0].name != to_ascii(zone):
        raise BackendError("invalid", f"{server}: {zone}: the answer does not begin with the zone's SOA")
    return records[0]


#: RFC 8945 §5.3.1 allows 99 messages in a row without a signature; these are the records of as many.
_MOST_UNSIGNED = 99 * 5000


def _refused(server: Server, question: Message, code: str) -> BackendError:
    zone = question.question[0].name.to_text()
    signed = f"as {server.key.name}" if server.key is not None else "without a key"
    match code:
        case "REFUSED":
            return BackendError("denied", f"{server}: it does not give us {zone} {signed} (REFUSED)")
        case "NOTAUTH":
            # knot and BIND say so both for a zone they do not have and to one who may not have it
            return BackendError(
                "denied", f"{server}: it does not serve {zone}, or not to us {signed} (NOTAUTH)"
            )
        case "NXDOMAIN":
            return BackendError("missing", f"{server}: it has no {zone} (NXDOMAIN)")
        case "SERVFAIL":
            return BackendError("unreachable", f"{server}: it cannot give {zone} now (SERVFAIL)")
    return BackendError("invalid", f"{server}: {zone}: it answers {code}")
