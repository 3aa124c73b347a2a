"""What changed in a zone since a serial number (IXFR, RFC 1995)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from backends.dns.axfr import TIME_LIMIT, first_soa, messages
from backends.dns.names import to_ascii
from backends.dns.record import Record, serial_of
from backends.dns.serial import compare
from backends.dns.server import Server
from backends.dns.spool import Spool
from backends.error import BackendError

#: ``same``: nothing changed; ``older``: the server's serial went back, read the whole zone and say so;
#: ``changes``: what was deleted and added; ``whole``: the server gave the whole zone instead.
Kind = Literal["same", "older", "changes", "whole"]
Sign = Literal["-", "+"]


class Increment:
    """What the server gave; it is at `serial`. Iterate over (sign, record), in the order to apply.

    Of ``changes``, ``-`` was deleted and ``+`` added, both SOA of each step among them; a ``whole`` zone
    is all ``+``, the SOA first and once. To be closed, best by a with block.
    """

    def __init__(self, kind: Kind, serial: int, spool: Spool) -> None:
        self.kind = kind
        self.serial = serial
        self._spool = spool

    def __len__(self) -> int:
        return len(self._spool)

    def __iter__(self) -> Iterator[tuple[Sign, Record]]:
        return ((sign, Record(*row)) for sign, *row in self._spool)

    def __enter__(self) -> Increment:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the records."""
        self._spool.close()


def ixfr(zone: str, serial: int, server: Server, *, time_limit: float = TIME_LIMIT) -> Increment:
    """Receive what changed since `serial`, all of it before the first record is given.

    Raises BackendError as `axfr` does.
    """
    import dns.message
    import dns.name
    import dns.rdatatype
    import dns.rrset

    origin = to_ascii(zone)
    question = dns.message.make_query(origin, dns.rdatatype.IXFR, flags=0)
    ours = f". . {serial} 0 0 0 0"
    question.authority.append(dns.rrset.from_text(dns.name.from_text(origin), 0, "IN", "SOA", ours))
    spool = Spool()
    try:
        reader = _Reader(zone, serial, server, spool)
        for records in messages(question, server, time_limit):
            if kind := reader.read(records):
                return Increment(kind, serial_of(reader.soa), spool)
    except BaseException:
        spool.close()
        raise
    raise AssertionError("messages end in an error, not by themselves")


class _Reader:
    """Follows the answer: the new SOA; then nothing, a whole zone, or steps of deletions and additions.

    Each step is old SOA, deletions, SOA after it, additions; the new SOA again is the end.
    """

    def __init__(self, zone: str, serial: int, server: Server, spool: Spool) -> None:
        self.zone, self.serial, self.server, self.spool = zone, serial, server, spool
        self.soa: Record
        self._form: Literal["nothing", "first", "changes", "whole"] = "nothing"
        self._sign: Sign = "+"
        self._reached = serial

    def read(self, records: list[Record]) -> Kind | None:
        """Take a message's records; what the answer was, once it is whole."""
        rows: list[tuple[Sign, Record]] = []
        for place, each in enumerate(records):
            if self._form == "nothing":
                self.soa = first_soa(self.zone, self.server, records)
                self._form = "first"
            elif self._take(each, rows):
                if place != len(records) - 1:
                    raise self._senseless("it goes on after its end")
                self._keep(rows)
                return "whole" if self._form == "whole" else "changes"
        self._keep(rows)
        if self._form != "first":
            return None
        # Only one SOA so far: all there is, unless the server's serial says that there must be more.
        theirs = compare(self.serial, serial_of(self.soa))
        return {"same": "same", "older": "older", "unclear": "older"}.get(theirs)  # type: ignore[return-value]

    def _take(self, each: Record, rows: list[tuple[Sign, Record]]) -> bool:
        """Whether this record is the end."""
        if self._form == "first":
            self._form = "changes" if each.kind == "SOA" and serial_of(each) == self.serial else "whole"
            if self._form == "whole":
                rows.append(("+", self.soa))
            else:
                self._sign = "+"
        if self._form == "whole":
            if each.kind != "SOA":
                rows.append(("+", each))
                return False
            if each.data != self.soa.data:
                raise self._senseless("the zone does not end as it began")
            return True
        if each.kind == "SOA":
            return self._turn(each, rows)
        rows.append((self._sign, each))
        return False

    def _turn(self, soa: Record, rows: list[tuple[Sign, Record]]) -> bool:
        """A SOA between the parts of an incremental answer."""
        number = serial_of(soa)
        if self._sign == "-":
            self._sign, self._reached = "+", number
        elif self._reached == serial_of(self.soa) and number == self._reached:
            return True
        elif number == self._reached:
            self._sign = "-"
        else:
            raise self._senseless(f"its steps do not fit: serial {number} after {self._reached}")
        rows.append((self._sign, soa))
        return False

    def _keep(self, rows: list[tuple[Sign, Record]]) -> None:
        self.spool.add([(sign, *each) for sign, each in rows])

    def _senseless(self, why: str) -> BackendError:
        return BackendError("invalid", f"{self.server}: {self.zone}: {why}")
