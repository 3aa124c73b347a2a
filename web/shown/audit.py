"""The audit trail as ``GET /api/v1/audit``, the page and its exports show it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from domain.difference import Difference, differences
from domain.report.written import csv_line
from domain.time.clock import rfc3339
from store import change, change_log
from store.change_log import Wanted
from store.tx import Tx

Shown = dict[str, Any]

#: The columns of an export as CSV.
COLUMNS = ("id", "at", "actor", "via", "address", "action", "object", "changes", "reason")
FORMATS = ("csv", "jsonl")
MEDIA_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}
#: Keys whose numbers are instants.
_INSTANTS = ("at", "until")


def page(tx: Tx, wanted: Wanted, limit: int = 100, before: int | None = None) -> Shown:
    """``{audit, next}``: the newest first; `next` is the cursor of the next page, None after the last."""
    rows, following = change_log.page(tx, wanted, limit, before)
    return {"audit": [_entry(row) for row in rows], "next": following}


def of_object(tx: Tx, target: str, limit: int = 100, before: int | None = None) -> Shown:
    """The same of one object, such as "service cleaner"."""
    rows = change.of_object(tx, target, limit + 1, before)
    following = rows[limit - 1]["id"] if len(rows) > limit else None
    return {"audit": [_entry(row) for row in rows[:limit]], "next": following}


def export(read: Callable[[], Tx], wanted: Wanted, form: str) -> Iterator[str]:
    """All entries as lines of CSV, or of JSON one a line (`FORMATS`); read as they are asked for."""
    if form == "csv":
        yield csv_line(COLUMNS)
    for row in change_log.every(read, wanted):
        entry = _entry(row)
        yield csv_line(_cells(entry)) if form == "csv" else json.dumps(entry) + "\n"


def _entry(row: Mapping[str, Any]) -> Shown:
    before, after = _parsed(row["before"]), _parsed(row["after"])
    return {
        "id": row["id"],
        "at": rfc3339(row["at"]),
        "actor": row["actor"],
        "via": row["via"],
        "address": row["address"],
        "action": row["action"],
        "object": row["object"],
        "before": before,
        "after": after,
        "changes": [_change(each) for each in differences(before, after)],
        "reason": row["reason"],
    }


def _change(each: Difference) -> Shown:
    return {"key": each.key, "before": _said(each.key, each.before), "after": _said(each.key, each.after)}


def _said(key: str, value: Any) -> str | None:
    """A value in few characters; None: there was none."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and key.rpartition("_")[2].rpartition(".")[2] in _INSTANTS:
        return _instant(value)
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return ", ".join(str(each) for each in value) or "none"
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _instant(value: float) -> str:
    try:
        return rfc3339(value) or ""
    except (ValueError, OverflowError, OSError):
        return str(value)


def _parsed(text: str | None) -> Any:
    """The state that an entry has kept; as it is where hiding a secret has left no JSON."""
    if text is None:
        return None
    try:
        return _finite(json.loads(text))
    except ValueError:
        return text


def _finite(value: Any) -> Any:
    """The same without numbers that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list) else value


def _cells(entry: Shown) -> list[str | int | float | None]:
    said = "; ".join(
        f"{each['key'] or entry['object']}: {each['before'] or '—'} → {each['after'] or '—'}"
        for each in entry["changes"]
    )
    return [said if column == "changes" else entry[column] for column in COLUMNS]
