"""Files with calls as ``tickworks files --json``, the API and the page show them."""

from __future__ import annotations

from typing import Any

from domain.time.clock import rfc3339
from store.call_file import listed
from store.tx import Tx

Shown = dict[str, Any]

STATES = listed.STATES
#: States of a file that is looked at again for itself, or by hand.
TROUBLE = "trouble"


def page(
    tx: Tx,
    *,
    state: str = "",
    collector_id: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> Shown:
    """``{files, next}``, the newest first; `next` is the next `before`, None after the last page.

    `state`: one of STATES, or ``trouble``: quarantined, or with wrong rows.
    """
    rows = listed.page(
        tx,
        state=state if state in STATES else None,
        with_bad=state == TROUBLE,
        collector_id=collector_id,
        before=before,
        limit=limit + 1,
    )
    shown = [_file(row) for row in rows[:limit]]
    return {"files": shown, "next": shown[-1]["id"] if len(rows) > limit else None}


def one(tx: Tx, file_id: int, *, after: int = 0, limit: int = 100) -> Shown | None:
    """One file with its ``bad_rows`` after the row of id `after`, and ``next``; None: there is none."""
    row = listed.one(tx, file_id)
    if row is None:
        return None
    bad = listed.bad_rows(tx, file_id, after=after, limit=limit + 1)
    return {
        **_file(row),
        "bad_rows": [{name: each[name] for name in ("line", "reason", "text")} for each in bad[:limit]],
        "next": bad[limit - 1]["id"] if len(bad) > limit else None,
    }


def counts(tx: Tx) -> dict[str, int]:
    """How many are ``found``, ``loading`` and ``quarantined``."""
    return {"found": 0, "loading": 0, "quarantined": 0, **listed.unfinished(tx)}


def _file(row: dict[str, Any]) -> Shown:
    return {
        "id": row["id"],
        "name": row["name"],
        "collector": row["collector"],
        "gateway": row["gateway"],
        "format": row["format"],
        "state": row["state"],
        "legs": row["legs"],
        "bad": row["bad"],
        "text": row["text"],
        "size": row["size"],
        "bytes_read": row["bytes_read"],
        "place": row["place"],
        "sha256": row["sha256"],
        "modified_at": None if row["modified_at"] is None else rfc3339(row["modified_at"]),
        "found_at": rfc3339(row["found_at"]),
        "loaded_at": None if row["loaded_at"] is None else rfc3339(row["loaded_at"]),
        "may_again": row["state"] == "quarantined" or (row["state"] == "loaded" and row["bad"] > 0),
    }
