"""The answer of a report: rows as they are, or one row for each group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from domain.report.kinds import INSTANTS, KINDS, SPANS
from domain.report.query import Query

Cell = str | int | float | None
Item = Mapping[str, Any]

#: Characters of one cell; the rest of a long error is in the run itself.
LONGEST_CELL = 2_000


@dataclass(frozen=True)
class Table:
    """`rows` have a cell for each of `headings`. `limit` is the sentence on what was left out, or ""."""

    headings: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    limit: str = ""


def table(query: Query, items: Iterable[Item], zone: ZoneInfo, most_rows: int, most_read: int) -> Table:
    """The table of these runs or jobs, which come newest first; times as the clocks of `zone` show them.

    At most `most_rows` rows; a grouped one counts at most `most_read` items.
    """
    if query.group_by:
        return _grouped(query, items, zone, most_rows, most_read)
    rows: list[tuple[Cell, ...]] = []
    for item in items:
        if len(rows) == most_rows:
            sentence = f"only the newest {most_rows} rows are here: that is the limit of a report"
            return Table(query.headings, rows, sentence)
        rows.append(tuple(_cell(name, _value(name, item, zone), zone) for name in query.headings))
    return Table(query.headings, rows)


@dataclass
class _Group:
    count: int = 0
    failures: int = 0
    durations: list[float] = field(default_factory=list)

    def measures(self) -> dict[str, Cell]:
        ordered = sorted(self.durations)
        some = len(ordered)
        return {
            "count": self.count,
            "failures": self.failures,
            "avg_duration": sum(ordered) / some if some else None,
            # Nearest rank: a duration that really was.
            "p95_duration": ordered[ceil(0.95 * some) - 1] if some else None,
        }


def _grouped(query: Query, items: Iterable[Item], zone: ZoneInfo, most_rows: int, most_read: int) -> Table:
    failures = KINDS[query.kind].failures
    groups: dict[tuple[Cell, ...], _Group] = {}
    limit = ""
    for read, item in enumerate(items):
        if read == most_read:
            limit = f"only the newest {most_read} {query.kind} are counted: that is the limit of a report"
            break
        key = tuple(_cell(name, _value(name, item, zone), zone) for name in query.group_by)
        group = groups.setdefault(key, _Group())
        group.count += 1
        group.failures += item["state"] in failures
        if item["duration"] is not None:
            group.durations.append(float(item["duration"]))
    ranked = sorted(groups.items(), key=lambda each: (-each[1].count, tuple(map(str, each[0]))))
    rows = []
    for key, group in ranked[:most_rows]:
        values = dict(zip(query.group_by, key, strict=True)) | group.measures()
        rows.append(tuple(_cell(name, values[name], zone) for name in query.headings))
    if len(ranked) > most_rows:
        limit = f"only the largest {most_rows} groups are here: that is the limit of a report"
    return Table(query.headings, rows, limit)


def _value(name: str, item: Item, zone: ZoneInfo) -> Any:
    if name == "day":
        return None if item["at"] is None else f"{datetime.fromtimestamp(item['at'], zone):%Y-%m-%d}"
    return item[name]


def _cell(name: str, value: Any, zone: ZoneInfo) -> Cell:
    if value is None:
        return None
    if name in INSTANTS and isinstance(value, int | float):
        # With the offset, because an hour comes twice in autumn.
        return datetime.fromtimestamp(value, zone).isoformat(" ", "seconds")
    if name in SPANS:
        return round(float(value), 3)
    if isinstance(value, str) and len(value) > LONGEST_CELL:
        return value[: LONGEST_CELL - 1] + "…"
    return value if isinstance(value, str | int | float) else str(value)
