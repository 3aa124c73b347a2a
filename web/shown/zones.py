"""Zones and their records, as the API and the page show them."""

from __future__ import annotations

from typing import Any

from domain.dns.names import for_people
from domain.time.clock import rfc3339
from node.site import Site
from store.dns import listed, record
from store.tx import Tx
from web.acts.refusal import Refusal

Shown = dict[str, Any]
SHOWS = ("all", "failing")
_TIMES = ("synced_at", "tried_at", "changed_at", "failed_since")


def page(
    site: Site, tx: Tx, *, text: str = "", show: Any = "all", limit: int = 50, cursor: int | None = None
) -> Shown:
    """``{zones, next}`` by name: serial, how many records, when last read, and the error of the last look."""
    rows, after = listed.zones(tx, now=site.clock.now(), text=text, show=show, limit=limit, after=cursor)
    return {"zones": [_zone(row) for row in rows], "next": after}


def one(tx: Tx, name: str) -> Shown:
    """One zone, with ``types``: how many records of each. Raises Refusal (unknown_zone)."""
    row = _found(tx, name)
    return {**_zone(row), "types": row["types"]}


def records(
    tx: Tx,
    name: str,
    *,
    text: str = "",
    kind: str = "",
    gone: bool = False,
    limit: int = 100,
    cursor: int | None = None,
) -> Shown:
    """``{zone, records, next}`` by name; `gone`: those that are not there any more. Raises Refusal."""
    row = _found(tx, name)
    rows, after = record.page(
        tx, row["id"], text=text or None, kind=kind or None, gone=gone, limit=limit, after=cursor
    )
    return {"zone": row["name"], "records": [_record(each) for each in rows], "next": after}


def _found(tx: Tx, name: str) -> Shown:
    row = listed.zone(tx, name)
    if row is None:
        raise Refusal("unknown_zone", f"there is no zone {name!r}: look at all of them")
    return row


def _zone(row: Shown) -> Shown:
    own = ("id", "name", "organisation", "enabled", "sample", "host", "port", "serial", "error", "error_kind")
    return {
        **{name: row[name] for name in own},
        "title": for_people(row["name"]),
        "port": row["port"] or 53,
        "signed": bool(row["key_name"]),
        "records": row["records"] or 0,
        "note": row["note"] or "",
        **{name: rfc3339(row[name]) for name in _TIMES},
    }


def _record(row: Shown) -> Shown:
    return {**row, "seen_at": rfc3339(row["seen_at"]), "gone_at": rfc3339(row["gone_at"])}
