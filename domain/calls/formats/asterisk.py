"""Asterisk's Master.csv (cdr_csv.c): 16 columns, then `uniqueid` and `userfield` if cdr.conf asks for them.

No header; stamps are local unless cdr.conf says usegmtime=yes. A row has both sides of a dialled call: the
peer of `channel` is the caller's, that of `dstchannel` the called one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from domain.calls.formats.column import whole, words
from domain.calls.formats.made import Calls, Read, joined, side
from domain.calls.formats.stamp import stamps
from domain.calls.formats.table import split
from domain.calls.formats.twice import Order
from domain.calls.raw import RawLegs, Status

COLUMNS = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield"),
)
#: What cdr.conf may leave out.
_FEWEST = 16
_ENDED = {
    "ANSWERED": Status.ANSWERED,
    "NO ANSWER": Status.NO_ANSWER,
    "BUSY": Status.BUSY,
    "CONGESTION": Status.CONGESTION,
    "FAILED": Status.FAILED,
}
_STATUS = {key: int(status) for word, status in _ENDED.items() for key in (word, word.lower())}
#: Of ``SIP/vendor-0000000a`` the ``vendor``: technology, peer, and a number for each call.
_PEER = re.compile(r"[^/]*/(?:.*@)?(.+?)(?:-[0-9a-f]{8})?(?:;[12])?")


class Asterisk:
    """Reads one file; blocks come in their order."""

    def __init__(self, zone: ZoneInfo, order: Order, head: str = "") -> None:
        self.zone, self.order = zone, order

    def read(self, text: str, line: int) -> Read:
        """A block of whole lines, the first of them on line `line`."""
        import numpy as np

        rows = split(text.removeprefix("\ufeff"), line, len(COLUMNS), _FEWEST)
        lines, columns = rows.lines, dict(zip(COLUMNS, rows.columns, strict=True))
        if not lines:
            return Read(RawLegs.of([]), rows.bad, len(rows.bad))
        setup, connect, end = (stamps(columns[name], self.zone, name) for name in ("start", "answer", "end"))
        volume, bad_volume = whole(columns["billsec"], "billsec")
        status, bad_status = words(columns["disposition"], _STATUS, "disposition")
        none, all_rows = np.zeros(len(lines), np.int64), np.ones(len(lines), np.bool_)
        wrong = [bad_volume, bad_status]
        calls = Calls(
            _sessions(columns),
            setup,
            connect,
            end,
            volume,
            all_rows,
            status,
            none,
            none.copy(),
            none.copy(),
            wrong,
        )
        calls.settle(self.order)
        good = calls.good()
        dialled = np.fromiter(map(bool, columns["dstchannel"]), np.bool_, len(lines))
        texts = {"src": columns["src"], "dst": columns["dst"]}
        orig = {**texts, "name": _names(columns["accountcode"], columns["channel"])}
        term = {**texts, "name": _peers(columns["dstchannel"])}
        legs = joined([side(calls, good, 0, orig), side(calls, good & dialled, 1, term)])
        bad = calls.bad(lines, lambda row: ",".join(f'"{column[row]}"' for column in rows.columns))
        return Read(legs, sorted(rows.bad + bad), len(lines) + len(rows.bad))


def _sessions(columns: dict[str, Sequence[str]]) -> Sequence[str]:
    """`uniqueid`; without it the channel, whose number is new with each call, and when it began.

    One call may have several rows (forks, transfers): the channel it went to keeps them apart.
    """
    both = zip(columns["uniqueid"], columns["channel"], columns["start"], columns["dstchannel"], strict=True)
    return [
        f"{unique or f'{channel} {start}'}{f' {to}' if to else ''}" if unique or channel else ""
        for unique, channel, start, to in both
    ]


def _names(accounts: Sequence[str], channels: Sequence[str]) -> list[str]:
    peers = _peers(channels)
    return [account or peer for account, peer in zip(accounts, peers, strict=True)]


def _peers(channels: Sequence[str]) -> list[str]:
    found = (_PEER.fullmatch(channel) for channel in channels)
    return [match[1] if match else "" for match in found]
