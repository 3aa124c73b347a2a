"""Statistics packages: each day of calls with its Meta Info, and what may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.time.clock import rfc3339
from store import destruction
from store.calls import archive, days, deleting
from store.calls.archiving import date_of, day_of
from store.tx import Tx

Shown = dict[str, Any]

SERVICE, STEP = "statistics_manager", "Create and archive statistics packages"


def listing(tx: Tx, *, limit: int = 100, before: date | None = None) -> Shown:
    """``{"days", "next"}``: the newest first; `next` is the day to give as `before` for more, or None."""
    rows = days.listed(tx, limit=limit + 1, before=None if before is None else day_of(before))
    shown = [_day(row) for row in rows[:limit]]
    return {"days": shown, "next": shown[-1]["day"] if len(rows) > limit else None}


def one(tx: Tx, day: date) -> Shown | None:
    """One day; None if there was never a call of it."""
    row = days.one(tx, day_of(day))
    return None if row is None else _day(row)


def why_not(tx: Tx, act: str, day: date, today: date) -> str | None:
    """Why ``archive``, ``restore`` or ``delete`` cannot be done with it, in one line; None if it can."""
    row = days.one(tx, day_of(day))
    if row is None:
        return f"there are no calls of {day}: `tickworks calls days` lists those that there are"
    if act == "delete":
        return deleting.why_not(tx, day_of(day))
    if act == "restore":
        return (
            None if row["state"] == "archived" else f"{day} is {row['state']}: only archived days come back"
        )
    if row["state"] != "open":
        return f"{day} is {row['state']}: only open days are archived"
    if day >= today:
        return f"{day} has not ended: its calls still come"
    if not archive.is_summed(tx, day_of(day)):
        return f"{day} has calls that are not summed yet: try again in a minute"
    return None


def only_reports(tx: Tx) -> bool:
    """Whether a deletion would only be reported, because the step's switch is off."""
    return not destruction.is_on(tx, SERVICE, STEP)


def _day(row: Mapping[str, Any]) -> Shown:
    legs, waits = row["legs"], row["fresh"] + row["rerating"]
    total = legs + row["fresh"]
    return {
        "day": str(date_of(row["day"])),
        "state": row["state"],
        "holder": row["holder"] or None,
        "total": total,
        "rated": row["rated"],
        "mismatched": row["mismatched"],
        "new": row["fresh"],
        "rerating": row["rerating"],
        # Of a day without calls nothing waits.
        "progress": round(100 * (total - waits) / total, 1) if total else 100.0,
        "minutes": round(row["volume"] / 60, 2),
        "billed_minutes": round(row["billed"] / 60, 2),
        "counted_at": rfc3339(row["counted_at"]),
        "archive": row["archive_place"] or None,
        "archived": row["archive_legs"] if row["archive_place"] else None,
        "archived_at": rfc3339(row["archived_at"]),
    }
