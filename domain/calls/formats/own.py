"""Our own format: comma separated, with a header that names the columns; see docs/operating/call_files.md.

A row is a call with both its sides, or with one of them (`origin`). The first columns are those of
JeraSoft's common format.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.calls.formats.cause import unanswered
from domain.calls.formats.column import shown, whole, words
from domain.calls.formats.made import Calls, Read, joined, no_stamps, side
from domain.calls.formats.stamp import stamps
from domain.calls.formats.table import fields_of, split
from domain.calls.formats.twice import Order
from domain.calls.raw import TAG, RawLegs, Status

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints

COLUMNS = (
    "session_id",
    "leg_id",
    "orig_host",
    "orig_id",
    "term_host",
    "term_id",
    "src",
    "dst",
    "src_out",
    "dst_out",
    "setup_at",
    "connect_at",
    "disconnect_at",
    "duration",
    "status",
    "cause",
    "pdd_ms",
    "scd_ms",
    "pin",
    "tags",
    "origin",
)
NEEDED = ("session_id", "src", "dst", "setup_at")
_ORIGINS = {"": 3, "both": 3, "orig": 1, "term": 2}
_STATUS = {status.word: int(status) for status in Status} | {"": 0, "no answer": int(Status.NO_ANSWER)}


class Common:
    """Reads one file; blocks come in their order. `head`: the file's first line.

    Raises ValueError for a first line that is no header.
    """

    def __init__(self, zone: ZoneInfo, order: Order, head: str) -> None:
        self.zone, self.order, self._head = zone, order, head.strip("\r\n")
        names = [name.strip().lower() for name in fields_of(self._head) or ()]
        if missing := [name for name in NEEDED if name not in names]:
            raise ValueError(f"its first line is no header: it has no column {', '.join(missing)}")
        if twice := sorted({name for name in names if name in COLUMNS and names.count(name) > 1}):
            raise ValueError(f"its header has the column {', '.join(twice)} twice")
        if not {"duration", "disconnect_at"} & set(names):
            raise ValueError("its header has neither duration nor disconnect_at")
        self._names = names

    def read(self, text: str, line: int) -> Read:
        """A block of whole lines, the first of them on line `line`; the header is left out wherever it is."""
        import numpy as np

        rows = split(text.removeprefix("\ufeff"), line, len(self._names), skip=self._head)
        lines, columns = rows.lines, dict(zip(self._names, rows.columns, strict=True))
        if not lines:
            return Read(RawLegs.of([]), rows.bad, len(rows.bad))
        calls = self._calls(columns, len(lines))
        origin, wrong = words(columns["origin"], _ORIGINS, "origin") if "origin" in columns else (None, {})
        calls.wrong.append(wrong)
        calls.settle(self.order)
        good = calls.good()
        sides = np.full(len(lines), 3, np.int64) if origin is None else origin
        # A call that never left for a vendor has no second leg.
        left = _given(columns, ("term_host", "term_id"), len(lines)) | (sides == 2)
        legs = joined(
            [
                side(calls, good & (sides & 1 > 0), 0, _texts(columns, "orig")),
                side(calls, good & (sides & 2 > 0) & left, 1, _texts(columns, "term")),
            ]
        )
        bad = calls.bad(lines, lambda row: ",".join(column[row] for column in rows.columns))
        return Read(legs, sorted(rows.bad + bad), len(lines) + len(rows.bad))

    def _calls(self, columns: dict[str, Sequence[str]], count: int) -> Calls:
        import numpy as np

        def number(name: str, scale: int = 1) -> Ints:
            if name not in columns:
                return np.zeros(count, np.int64)
            values, bad = whole(columns[name], name, scale)
            wrong.append(bad)
            return values

        wrong: list[dict[int, str]] = []
        setup, connect, end = (
            stamps(columns[name], self.zone, name) if name in columns else no_stamps(count)
            for name in ("setup_at", "connect_at", "disconnect_at")
        )
        volume, cause = number("duration"), number("cause")
        lasts = _given(columns, ("duration",), count)
        if "status" in columns:
            status, bad = words(columns["status"], _STATUS, "status")
            wrong.append(bad)
        else:
            status = np.zeros(count, np.int64)
        unsaid = status == 0
        answered = unsaid & (np.where(lasts, volume != 0, True) & ((connect.at > 0) | (volume != 0)))
        status[answered] = Status.ANSWERED
        for row in np.nonzero(unsaid & ~answered)[0].tolist():
            status[row] = unanswered(int(cause[row]))
        pdd, scd = number("pdd_ms"), number("scd_ms")
        return Calls(
            columns["session_id"], setup, connect, end, volume, lasts, status, cause, pdd, scd, wrong
        )


def text_of(rows: Iterable[Sequence[object]], columns: Sequence[str] = COLUMNS) -> Iterable[str]:
    """Lines of such a file, its header first; values hold no comma and no quote. Raises ValueError."""
    yield ",".join(columns) + "\n"
    for row in rows:
        line = ",".join("" if value is None else str(value) for value in row)
        if line.count(",") != len(columns) - 1 or '"' in line or "\n" in line:
            raise ValueError(f"{shown(line)} is no plain row")
        yield line + "\n"


def _texts(columns: dict[str, Sequence[str]], which: str) -> dict[str, Sequence[str]]:
    texts: dict[str, Sequence[str]] = {
        name: columns[name] for name in ("src", "dst", "pin") if name in columns
    }
    for name in ("src", "dst"):
        if which == "term" and f"{name}_out" in columns:
            texts[name] = [out or came for out, came in zip(columns[f"{name}_out"], texts[name], strict=True)]
    if "leg_id" in columns:
        own = zip(columns["leg_id"], columns["session_id"], strict=True)
        texts["leg"] = [leg or session for leg, session in own]
    for name, column in (("host", f"{which}_host"), ("name", f"{which}_id")):
        if column in columns:
            texts[name] = columns[column]
    if "tags" in columns:
        texts["tags"] = [TAG.join(sorted(each.split())) if " " in each else each for each in columns["tags"]]
    return texts


def _given(columns: dict[str, Sequence[str]], names: Sequence[str], count: int) -> Flags:
    import numpy as np

    given: Flags = np.zeros(count, np.bool_)
    for name in names:
        if name in columns:
            given |= np.fromiter(map(bool, columns[name]), np.bool_, count)
    return given
