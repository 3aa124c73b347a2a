"""Runs in pages, with what a list of them says of each beside ``runs --json``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actors.catalogue import whole
from node.site import Site
from store.run import listed
from store.run.listed import Wanted
from store.tx import Tx
from web.shown import runs

Shown = dict[str, Any]


def page(site: Site, tx: Tx, wanted: Wanted, limit: int, before: int | None = None) -> Shown:
    """``{runs, next}``, the newest first; `next` is the `before` of the next page, None after the last.

    Each run has, beside what `web.shown.runs.listing` gives, ``title`` of its service, ``requested_by``,
    ``queue_time`` and ``took`` in s (None: not yet, or it never began), and ``error_line``.
    """
    rows, following = listed.page(tx, wanted, limit, before)
    known = whole(site.settings.catalogue.modules).services
    shown = runs.shown(site, tx, rows)
    titles = {name: each.title for name, each in known.items()}
    return {
        "runs": [run | more(row, titles) for run, row in zip(shown, rows, strict=True)],
        "next": following,
    }


def more(row: Mapping[str, Any], titles: Mapping[str, str]) -> Shown:
    """What a row of the table ``run`` says beside what every listing shows."""
    queued, started, ended = row["queued_at"], row["started_at"], row["ended_at"]
    # A run that is tried again still says when it was begun before it was put back in line.
    begun = started is not None and row["state"] not in ("queued", "granted")
    return {
        "title": titles.get(row["service"], row["service"]),
        "requested_by": row["requested_by"],
        "queue_time": max(0.0, started - queued) if begun else None,
        "took": max(0.0, ended - started) if begun and ended is not None else None,
        "error_line": (row["error"] or "").strip().split("\n", 1)[0] or None,
    }
