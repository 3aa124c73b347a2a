"""The event log: what happened that somebody may want to hear of.

What the engine does is derived here from its own tables, so that no run pays for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from config.known_secrets import hidden
from config.secrets import redacted
from store import setting
from store.tx import Tx

#: How far back each look goes beyond the last one, in s: an end may be written long after its time.
OVERLAP = 6 * 3600.0
#: Runs that one transaction makes events of.
BATCH = 500
LONGEST = 500
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\s]+")

_BAD_ENDS = """
    SELECT r.id, r.service, COALESCE(s.title, r.service) AS title, r.state, r.reason, r.error, r.message,
           r.node, r.for_node, r.planned_at, r.planned_count, r.ended_at
    FROM run r LEFT JOIN service s ON s.name = r.service
    WHERE r.ended_at >= ? AND r.state IN ('failed', 'lost', 'missed')
      AND NOT EXISTS (SELECT 1 FROM event e WHERE e.key = 'run:' || r.id)
    ORDER BY r.ended_at, r.id LIMIT ?"""

_CRASHING = """
    SELECT d.id, d.service, d.for_node, d.state_at, d.last_end, COALESCE(s.title, d.service) AS title
    FROM daemon d LEFT JOIN service s ON s.name = d.service WHERE d.state = 'crash_loop'"""


def add(
    tx: Tx,
    *,
    at: float,
    type: str,
    severity: str,
    sender: str,
    text: str,
    tags: Iterable[str] = (),
    data: Mapping[str, Any] | None = None,
    key: str | None = None,
) -> bool:
    """Write one event; False if one with this `key` is there already.

    `type` is ``failure``, ``missed``, ``daemon_down``, ``node_lost``, ``alert``, ``message`` or a word of
    your own; `severity` is ``info``, ``warning`` or ``error``. The text becomes one short line without
    passwords; equal texts are told once with their number, so leave run ids to `data`.
    """
    line = _UNPRINTABLE.sub(" ", redacted(text)).strip()[:LONGEST]
    return (
        tx.run(
            """INSERT INTO event (at, type, severity, sender, tags, text, data, key)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING""",
            (at, type, severity, sender, " ".join(tags), line, hidden(json.dumps(dict(data or {}))), key),
        )
        == 1
    )


def derive(tx: Tx, now: float) -> int:
    """Make events of runs that ended badly, daemons that crash and lost nodes; at most `BATCH` of runs.

    How many are new; call it again while it returns `BATCH` or more. An event is made once for each
    run, whenever its end was written and however the clock is set meanwhile.
    """
    seen = setting.get(tx, "events_seen")
    since = min(now, now if seen is None else float(seen)) - OVERLAP
    rows = tx.dicts(_BAD_ENDS, (since, BATCH))
    made = sum(_from_run(tx, row) for row in rows)
    made += sum(
        _from_node(tx, *row) for row in tx.all("SELECT name, state_at FROM node WHERE state = 'lost'")
    )
    made += sum(_from_daemon(tx, row) for row in tx.dicts(_CRASHING))
    if len(rows) < BATCH:
        setting.put(tx, "events_seen", now, now)
    return made


def latest(tx: Tx, limit: int = 100) -> list[dict[str, Any]]:
    """The newest events first."""
    return tx.dicts("SELECT * FROM event ORDER BY id DESC LIMIT ?", (limit,))


def _from_run(tx: Tx, row: Mapping[str, Any]) -> bool:
    missed = row["state"] == "missed"
    said = row["reason"] if missed else row["error"] or row["message"] or row["reason"]
    words = {"failed": "failed", "lost": "was lost", "missed": "was missed"}[row["state"]]
    if missed and row["planned_count"] > 1:
        words = f"was missed {row['planned_count']} times"
    return add(
        tx,
        at=row["ended_at"],
        type="missed" if missed else "failure",
        severity="warning" if missed else "error",
        sender=row["service"],
        text=f"{row['title']} {words}" + (f": {said}" if said else ""),
        tags=("run", row["state"]),
        data={"run": row["id"], "node": row["node"] or row["for_node"], "planned_at": row["planned_at"]},
        key=f"run:{row['id']}",
    )


def _from_node(tx: Tx, name: str, since: float) -> bool:
    return add(
        tx,
        at=since,
        type="node_lost",
        severity="error",
        sender="node",
        text=f"node {name} was lost",
        tags=("node",),
        data={"node": name},
        key=f"node:{name}:{since}",
    )


def _from_daemon(tx: Tx, row: Mapping[str, Any]) -> bool:
    where = f" on {row['for_node']}" if row["for_node"] else ""
    said = f": {row['last_end']}" if row["last_end"] else ""
    return add(
        tx,
        at=row["state_at"],
        type="daemon_down",
        severity="error",
        sender=row["service"],
        text=f"{row['title']}{where} is down, it ends again and again{said}",
        tags=("daemon",),
        data={"node": row["for_node"]},
        # It is tried again every few minutes: each hour that it stays down is told once.
        key=f"daemon:{row['id']}:{int(row['state_at'] // 3600)}",
    )
