"""The Summary Report: attempts, answers, volume and cost by hour, and by what calls have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.calls.raw import Status
from domain.report.written import csv_line
from domain.time.clock import rfc3339
from store.calls import report
from store.calls.report import GROUPS, Wanted
from store.calls.summary import SUMS
from store.tx import Tx
from web.shown.calls import money

Shown = dict[str, Any]

#: Groups that one report has at most.
MOST = 1_000
#: Up to so many days it has a point for each hour, then for each day.
HOURLY_DAYS = 8
HOUR = 3600

BY = tuple(GROUPS)
COLUMNS = ("group", "attempts", "answered", "asr", "acd", "pdd", "minutes", "billed", "cost", "currency")


def summary(tx: Tx, wanted: Wanted, by: str) -> Shown:
    """``{"total", "step", "points", "rows"}``; `by`: one of `BY`.

    A row has ``group``, ``attempts``, ``answered``, ``asr`` (answered of 100 attempts), ``acd`` (s of an
    answered call), ``pdd`` (s), ``minutes``, ``billed`` (minutes), and ``cost`` by currency. What cannot be
    said of no call is None. Points have ``at`` (epoch seconds) for each `step` (s), also where nothing was.
    """
    hours = report.grouped(tx, wanted, "hour", (wanted.end - wanted.first) * 10)
    rows = report.grouped(tx, wanted, by, MOST) if by != "hour" else hours
    step = HOUR if wanted.end - wanted.first <= HOURLY_DAYS * 24 else 24 * HOUR
    return {
        "total": _row("", hours),
        "step": step,
        "points": _points(hours, wanted, step),
        "by": by,
        "rows": [_row(_named(by, group), some) for group, some in _together(rows)],
    }


def lines(found: Mapping[str, Any]) -> list[str]:
    """The rows as CSV with a heading, a line for each currency; no cell is a formula to a spreadsheet."""
    written = [csv_line(COLUMNS)]
    for row in found["rows"]:
        costs: dict[str, str] = row["cost"] or {"": "0"}
        for currency, cost in costs.items():
            cells = {**row, "cost": cost, "currency": currency}
            written.append(csv_line(["" if cells[name] is None else cells[name] for name in COLUMNS]))
    return written


def _points(hours: Sequence[Mapping[str, Any]], wanted: Wanted, step: int) -> list[Shown]:
    wide = step // HOUR
    by_step: dict[int, list[Mapping[str, Any]]] = {
        at: [] for at in range(wanted.first // wide * wide, wanted.end, wide)
    }
    for row in hours:
        by_step[row["group"] // wide * wide].append(row)
    return [{**_row("", some), "at": at * HOUR} for at, some in by_step.items()]


def _together(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, list[Mapping[str, Any]]]]:
    """The rows of a group, one for each currency, under its name, in the order in which they came."""
    found: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["group"], []).append(row)
    return list(found.items())


def _named(by: str, group: Any) -> str:
    if by == "hour":
        return rfc3339(group * HOUR) or ""
    if by == "status":
        return Status(group).word
    return str(group or "")


def _row(name: str, rows: Sequence[Mapping[str, Any]]) -> Shown:
    sums = {key: sum(int(row[key]) for row in rows) for key in SUMS}
    attempts, answered = sums["attempts"], sums["answered"]
    costs: dict[str, int] = {}
    for row in rows:
        if row["cost"] or row["currency"]:
            costs[row["currency"] or ""] = costs.get(row["currency"] or "", 0) + int(row["cost"])
    return {
        "group": name,
        "attempts": attempts,
        "answered": answered,
        "asr": round(100 * answered / attempts, 2) if attempts else None,
        "acd": round(sums["volume"] / answered, 1) if answered else None,
        "pdd": round(sums["pdd"] / attempts / 1000, 2) if attempts else None,
        "minutes": round(sums["volume"] / 60, 2),
        "billed": round(sums["billed"] / 60, 2),
        "cost": {currency: money(cost) for currency, cost in sorted(costs.items())},
    }
