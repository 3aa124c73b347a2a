"""The detail file of FreeRADIUS (rlm_detail): a line with a time, then ``Attribute = value`` lines, then an
empty line. Each accounting Stop is one leg.

RFC 2866; the h323 attributes are Cisco's (vendor 9, types 23 to 33), with or without their name repeated in
the value. A leg is the caller's side if `h323-call-origin` is ``answer`` (the gateway answered the caller) or
missing, and the called side if it is ``originate``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.calls.formats.cause import CAUSE_OF, unanswered
from domain.calls.formats.column import FIRST, LAST, shown
from domain.calls.formats.made import LONGEST, Read
from domain.calls.formats.table import Bad
from domain.calls.formats.twice import Order
from domain.calls.raw import RawLeg, RawLegs, Status

_LINE = re.compile(r'\s+([A-Za-z0-9-]+) [:+]?= (?:"((?:[^"\\]|\\.)*)"|([^"]*))')
#: Such as ``*14:20:05.123 UTC Tue Jan 16 2024``: an asterisk or a dot in front means "not in step".
_H323 = re.compile(r"[*.]?(\d\d):(\d\d):(\d\d)(?:\.\d+)? (\S+) \S+ (\w{3}) +(\d{1,2}) (\d{4})", re.ASCII)
#: A byte in octal digits, or the character that is meant by a letter, or the character itself.
_ESCAPE = re.compile(r"\\([0-3][0-7]{2}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Other records of accounting that tell of no ended call.
_OTHERS = frozenset({"Start", "Interim-Update", "Alive", "Accounting-On", "Accounting-Off"})


class RadiusDetail:
    """Reads one file; blocks come in their order and end after an empty line."""

    def __init__(self, zone: ZoneInfo, order: Order, head: str = "") -> None:
        self.zone = zone

    def read(self, text: str, line: int) -> Read:
        """A block of whole records, the first of them on line `line`."""
        legs, bad, rows = [], [], 0
        text = text.removeprefix("\ufeff")
        for at, record in _records(text, line):
            try:
                leg = self._leg(record)
            except ValueError as error:
                bad.append(Bad(at, str(error), "\n".join(record)))
                rows += 1
                continue
            if leg is not None:
                legs.append(leg)
                rows += 1
        return Read(RawLegs.of(legs), bad, rows)

    def _leg(self, record: list[str]) -> RawLeg | None:
        said = _attributes(record)
        kind = said.get("Acct-Status-Type", "")
        if kind in _OTHERS:
            return None
        if kind != "Stop":
            raise ValueError(f"Acct-Status-Type is {shown(kind)}")
        own = said.get("Acct-Session-Id", "")
        session = said.get("h323-conf-id") or own
        if not session:
            raise ValueError("it has no session id")
        volume = _number(said, "Acct-Session-Time")
        end = self._time(said, "h323-disconnect-time") or _number(said, "Timestamp") - _number(
            said, "Acct-Delay-Time"
        )
        if end <= 0:
            raise ValueError("it has no time")
        connect = self._time(said, "h323-connect-time") or end - volume
        setup = self._time(said, "h323-setup-time") or connect
        cause = _cause(said.get("h323-disconnect-cause", ""))
        is_answered = volume > 0 or cause == 16
        status = Status.ANSWERED if is_answered else unanswered(cause)
        for at in (setup, connect, end):
            if not FIRST <= at < LAST:
                raise ValueError(f"its time is in the year {1970 + at // 31_556_952}")
        if end < connect:
            raise ValueError("it ends before it begins")
        if volume > LONGEST:
            raise ValueError("it lasts longer than 24 hours")
        origin = said.get("h323-call-origin", "answer").lower()
        return RawLeg(
            session=session,
            leg=own,
            origin="term" if origin == "originate" else "orig",
            status=status,
            cause=cause or CAUSE_OF[status],
            setup_at=setup,
            at=connect if is_answered else setup,
            volume=volume,
            scd=max(0, connect - setup) * 1000 if is_answered else 0,
            src=said.get("Calling-Station-Id", ""),
            dst=said.get("Called-Station-Id", ""),
            host=said.get("h323-remote-address") or said.get("NAS-IP-Address", ""),
            name=said.get("User-Name", ""),
        )

    def _time(self, said: dict[str, str], name: str) -> int:
        text = said.get(name, "")
        if not text:
            return 0
        found = _H323.fullmatch(text.strip())
        if not found or found[5] not in _MONTHS:
            raise ValueError(f"{name} is {shown(text)}")
        hour, minute, second = map(int, found.group(1, 2, 3))
        zone = UTC if found[4] in ("UTC", "GMT", "Z") else self.zone
        month = _MONTHS.index(found[5]) + 1
        try:
            moment = datetime(int(found[7]), month, int(found[6]), hour, minute, second, tzinfo=zone)
        except ValueError:
            raise ValueError(f"{name} is {shown(text)}") from None
        return int(moment.timestamp())


def _records(text: str, line: int) -> list[tuple[int, list[str]]]:
    found: list[tuple[int, list[str]]] = []
    is_open = False
    for at, each in enumerate(text.replace("\r\n", "\n").split("\n"), line):
        if not each.strip():
            is_open = False
        elif is_open and each[0] in " \t":
            found[-1][1].append(each)
        else:
            # A time that stands at the margin begins a record, also where a torn one before it has no end.
            found.append((at, [each]))
            is_open = True
    return found


def _attributes(record: list[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for each in record[1:]:
        found = _LINE.fullmatch(each)
        if not found:
            raise ValueError(f"{shown(each.strip())} is no attribute")
        name, quoted, plain = found.groups()
        value = plain.strip() if quoted is None else _ESCAPE.sub(_unescaped, quoted)
        if value.startswith(f"{name}="):
            value = value[len(name) + 1 :]
        said.setdefault(name, value)
    if not said:
        raise ValueError("it has no attributes")
    return said


def _unescaped(found: re.Match[str]) -> str:
    said = found[1]
    return chr(int(said, 8)) if len(said) == 3 else _ESCAPED.get(said, said)


def _number(said: dict[str, str], name: str) -> int:
    text = said.get(name, "0")
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise ValueError(f"{name} is {shown(text)}: expected a whole number")
    return int(text)


def _cause(text: str) -> int:
    """Cisco writes the cause in hexadecimal digits."""
    try:
        return int(text or "0", 16)
    except ValueError:
        raise ValueError(f"h323-disconnect-cause is {shown(text)}") from None
