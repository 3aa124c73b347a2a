"""Alerts as ``alerts --json`` and the API show them, with the mutes and windows that keep some quiet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.alert.quiet import Mute, Window, why_quiet
from domain.time.clock import rfc3339
from node.site import Site
from store import alert, mute
from store.tx import Tx

Shown = dict[str, Any]

STATES = ("open", "resolved", "all")
#: More open alerts than this nobody reads.
MOST_OPEN = 500


def listing(site: Site, tx: Tx, *, resolved: int = 0) -> list[Shown]:
    """The open ones, those that are not quiet first, then the newest `resolved` of those that are over."""
    rows = alert.listing(tx, state="open", limit=MOST_OPEN)
    shown = sorted(_all(site, tx, rows), key=lambda row: row["quiet"])
    if resolved:
        shown += _all(site, tx, alert.listing(tx, state="resolved", limit=resolved))
    return shown


def page(site: Site, tx: Tx, *, state: str = "open", before: int | None = None, limit: int = 100) -> Shown:
    """``{alerts, next}``: those in a state (one of `STATES`), the newest first; `next` is the `before` of
    the next page, None after the last."""
    rows = alert.listing(tx, state=state, before=before, limit=limit + 1)
    more = len(rows) > limit
    shown = _all(site, tx, rows[:limit])
    return {"alerts": shown, "next": shown[-1]["id"] if more else None}


def one(site: Site, tx: Tx, alert_id: int) -> Shown | None:
    """One alert; None: there is none."""
    row = alert.one(tx, alert_id)
    return None if row is None else _all(site, tx, [row])[0]


def mutes(site: Site, tx: Tx) -> list[Shown]:
    """The mutes in force, the newest first; `rule` and `object` are None for any."""
    return [_mute(each) for each in mute.mutes(tx, site.clock.now())]


def windows(site: Site, tx: Tx) -> list[Shown]:
    """The maintenance windows that are not over, the earliest first; `object` None: the whole site."""
    now = site.clock.now()
    return [_window(each, now) for each in mute.windows(tx, now)]


def _all(site: Site, tx: Tx, rows: Sequence[Mapping[str, Any]]) -> list[Shown]:
    now = site.clock.now()
    is_open = any(row["resolved_at"] is None for row in rows)
    silent = (mute.mutes(tx, now), mute.windows(tx, now)) if is_open else ([], [])
    return [_alert(site, row, *silent, now) for row in rows]


def _alert(site: Site, row: Mapping[str, Any], mutes: list[Mute], windows: list[Window], now: float) -> Shown:
    is_open = row["resolved_at"] is None
    quiet = why_quiet(row["rule"], row["object"], mutes, windows, now, site.zone) if is_open else None
    return {
        "id": row["id"],
        "rule": row["rule"],
        "object": row["object"],
        "severity": row["severity"],
        "state": "open" if is_open else "resolved",
        "text": row["text"],
        "opened_at": rfc3339(row["opened_at"]),
        "last_seen_at": rfc3339(row["last_seen_at"]),
        "resolved_at": rfc3339(row["resolved_at"]),
        "quiet": quiet is not None,
        "quiet_reason": quiet,
        "acknowledged_at": rfc3339(row["acknowledged_at"]),
        "acknowledged_by": row["acknowledged_by"],
        "acknowledged_note": row["acknowledged_note"],
    }


def _mute(each: Mute) -> Shown:
    return {
        "id": each.id,
        "rule": each.rule,
        "object": each.object,
        "until": rfc3339(each.until),
        "by": each.by,
        "reason": each.reason,
        "created_at": rfc3339(each.created_at),
    }


def _window(each: Window, now: float) -> Shown:
    return {
        "id": each.id,
        "object": each.object,
        "starts_at": rfc3339(each.starts_at),
        "ends_at": rfc3339(each.ends_at),
        "begun": each.starts_at <= now,
        "by": each.by,
        "reason": each.reason,
    }
