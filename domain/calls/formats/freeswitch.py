"""FreeSWITCH's mod_cdr_csv, template "example" of its cdr_csv.conf.xml: 15 quoted columns, no header.

A row tells of the caller's side only: the template says nothing of where the call went to. mod_cdr_csv puts
values into the template as they are, so a quote inside a name is not doubled.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.calls.formats.cause import CAUSES, unanswered
from domain.calls.formats.column import whole, words
from domain.calls.formats.made import Calls, Read, side
from domain.calls.formats.stamp import stamps
from domain.calls.formats.table import split
from domain.calls.formats.twice import Order
from domain.calls.raw import RawLegs, Status

COLUMNS = (
    *("caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp"),
    *("answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid"),
    *("accountcode", "read_codec", "write_codec"),
)
_CAUSES = {key: cause for word, cause in CAUSES.items() for key in (word, word.lower())} | {"": 0}


class FreeSwitch:
    """Reads one file; blocks come in their order."""

    def __init__(self, zone: ZoneInfo, order: Order, head: str = "") -> None:
        self.zone, self.order = zone, order

    def read(self, text: str, line: int) -> Read:
        """A block of whole lines, the first of them on line `line`."""
        import numpy as np

        rows = split(text.removeprefix("\ufeff"), line, len(COLUMNS))
        lines, columns = rows.lines, dict(zip(COLUMNS, rows.columns, strict=True))
        if not lines:
            return Read(RawLegs.of([]), rows.bad, len(rows.bad))
        names = ("start_stamp", "answer_stamp", "end_stamp")
        setup, connect, end = (stamps(columns[name], self.zone, name) for name in names)
        volume, bad_volume = whole(columns["billsec"], "billsec")
        cause, bad_cause = words(columns["hangup_cause"], _CAUSES, "hangup_cause")
        answered = np.fromiter(map(bool, columns["answer_stamp"]), np.bool_, len(lines))
        status = np.full(len(lines), int(Status.ANSWERED), np.int64)
        for row in np.nonzero(~answered)[0].tolist():
            status[row] = unanswered(int(cause[row]))
        none, all_rows = np.zeros(len(lines), np.int64), np.ones(len(lines), np.bool_)
        wrong = [bad_volume, bad_cause]
        calls = Calls(
            columns["uuid"], setup, connect, end, volume, all_rows, status, cause, none, none.copy(), wrong
        )
        calls.settle(self.order)
        texts = {
            "src": columns["caller_id_number"],
            "dst": columns["destination_number"],
            "name": columns["accountcode"],
        }
        bad = calls.bad(lines, lambda row: ",".join(f'"{column[row]}"' for column in rows.columns))
        return Read(side(calls, calls.good(), 0, texts), sorted(rows.bad + bad), len(lines) + len(rows.bad))
