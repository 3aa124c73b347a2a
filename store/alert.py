"""Alerts of the engine: opened once, seen while they last, resolved; and whose turn it is to look.

Each change is one guarded statement; with each goes an event in the same transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.alert.finding import Finding
from domain.time.spoken import span
from store import event
from store.tx import Tx

Row = dict[str, Any]
Key = tuple[str, str]

SETTING = "alerts"
#: After such a pause (s) the site was down: what was pending then begins anew.
PAUSE = 120.0
#: Whose mails would fail with what they tell of: their events have their names, so that no mail is made.
_SENDERS = {"outbox": "mail_manager", "beat": "beat"}


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to write what one look has found; `pending`: since when what has not opened is found."""

    number: int
    pending: Mapping[Key, float]
    stored: str


def take_turn(tx: Tx, now: float, every: float) -> Turn | None:
    """Take the turn if the last one was taken `every` seconds ago; None while it is not due.

    Of several that try at once one gets it.
    """
    tx.run(
        """INSERT INTO setting (name, value, changed_at) VALUES (?, '{}', ?)
           ON CONFLICT (name) DO NOTHING""",
        (SETTING, now - every),
    )
    value, taken_at = tx.all("SELECT value, changed_at FROM setting WHERE name = ?", (SETTING,))[0]
    # A time that lies ahead is of a clock that was set back since.
    if 0 <= now - taken_at < every:
        return None
    stored = json.loads(value)
    number = int(stored.get("turn", 0)) + 1
    pending = stored.get("pending", []) if 0 <= now - taken_at <= PAUSE else []
    new = json.dumps({"turn": number, "pending": pending})
    if not tx.run(
        "UPDATE setting SET value = ?, changed_at = ? WHERE name = ? AND value = ?",
        (new, now, SETTING, value),
    ):
        return None
    return Turn(number, {(rule, about): since for rule, about, since in pending}, new)


def keep_turn(tx: Tx, turn: Turn, pending: Mapping[Key, float]) -> bool:
    """Note what is pending; False when somebody else has taken a turn since: write nothing then."""
    listed = sorted((*key, since) for key, since in pending.items())
    new = json.dumps({"turn": turn.number, "pending": listed})
    return (
        tx.run("UPDATE setting SET value = ? WHERE name = ? AND value = ?", (new, SETTING, turn.stored)) == 1
    )


def open_rows(tx: Tx) -> dict[Key, Row]:
    """The open alerts by (rule, object)."""
    # The plus keeps SQLite from going through all alerts in order of their ids: else it would not take
    # the index of the open ones.
    rows = tx.dicts("SELECT * FROM alert WHERE resolved_at IS NULL ORDER BY +id")
    return {(row["rule"], row["object"]): row for row in rows}


def waiting_for_somebody(tx: Tx) -> int:
    """How many are open that nobody has acknowledged."""
    return int(tx.value("SELECT COUNT(*) FROM alert WHERE resolved_at IS NULL AND acknowledged_at IS NULL"))


def open_one(tx: Tx, found: Finding, now: float) -> int | None:
    """Open an alert; its id, None if one is open already."""
    made = tx.value(
        """INSERT INTO alert (rule, object, text, severity, opened_at, last_seen_at)
           VALUES (?, ?, ?, ?, ?, ?)
           ON CONFLICT (rule, object) WHERE resolved_at IS NULL DO NOTHING RETURNING id""",
        (found.rule, found.object, found.text, found.severity, now, now),
    )
    return None if made is None else int(made)


def seen(tx: Tx, rows: Sequence[tuple[int, Finding]], now: float) -> None:
    """These (id, finding) last on; their sentence says how it is now."""
    tx.many(
        """UPDATE alert SET last_seen_at = ?, text = ?, severity = ?
           WHERE id = ? AND resolved_at IS NULL""",
        [(now, found.text, found.severity, alert_id) for alert_id, found in rows],
    )


def tell(tx: Tx, alert_id: int, found: Finding, quiet: bool, now: float) -> None:
    """Write the event of an open alert that nobody has heard of.

    Its type says who is to hear. ``alert``: the default rule mails it. ``alert_known``: the log has an
    event of the cause itself (a failed run, a lost node), which the default rule mails; the alert would
    say it twice. ``alert_quiet``: it is muted, or in a maintenance window; told once that is over.
    """
    if not quiet and not tx.run(
        "UPDATE alert SET told_at = ? WHERE id = ? AND told_at IS NULL AND resolved_at IS NULL",
        (now, alert_id),
    ):
        return
    kind = "alert_quiet" if quiet else "alert_known" if found.known else "alert"
    _event(
        tx,
        kind,
        found.severity,
        found.rule,
        found.object,
        found.text,
        alert_id,
        "quiet" if quiet else "open",
        now,
    )


def resolve(tx: Tx, row: Mapping[str, Any], now: float) -> bool:
    """What the alert told of is over; False if it was resolved before.

    Whoever heard of it hears of its end: the event has the type that told of its beginning.
    """
    if not tx.run("UPDATE alert SET resolved_at = ? WHERE id = ? AND resolved_at IS NULL", (now, row["id"])):
        return False
    keys = [f"alert:{row['id']}:open"]
    kind = tx.value("SELECT type FROM event WHERE key = ?", keys) or "alert_quiet"
    lasted = span(now - row["opened_at"])
    text = f"over after {lasted}: {row['text']}"
    _event(tx, kind, "info", row["rule"], row["object"], text, row["id"], "over", now)
    return True


def listing(tx: Tx, *, state: str = "open", before: int | None = None, limit: int = 100) -> list[Row]:
    """Alerts, ``open``, ``resolved`` or ``all``, the newest first; `before`: only those with smaller ids."""
    wheres = {"open": ["resolved_at IS NULL"], "resolved": ["resolved_at IS NOT NULL"], "all": []}[state]
    params: list[Any] = []
    key = "+id" if state == "open" else "id"
    if before is not None:
        wheres.append(f"{key} < ?")
        params.append(before)
    where = f"WHERE {' AND '.join(wheres)}" if wheres else ""
    return tx.dicts(f"SELECT * FROM alert {where} ORDER BY {key} DESC LIMIT ?", (*params, limit))


def one(tx: Tx, alert_id: int) -> Row | None:
    """One alert's row, or None."""
    found = tx.dicts("SELECT * FROM alert WHERE id = ?", (alert_id,))
    return found[0] if found else None


def acknowledge(tx: Tx, alert_id: int, *, by: str, note: str | None, now: float) -> bool:
    """Somebody has seen an open alert and looks after it; False if it is over or somebody had."""
    return (
        tx.run(
            """UPDATE alert SET acknowledged_at = ?, acknowledged_by = ?, acknowledged_note = ?
               WHERE id = ? AND resolved_at IS NULL AND acknowledged_at IS NULL""",
            (now, by, note, alert_id),
        )
        == 1
    )


def unacknowledge(tx: Tx, alert_id: int) -> bool:
    """Take that back; False if it is over or nobody had."""
    return (
        tx.run(
            """UPDATE alert SET acknowledged_at = NULL, acknowledged_by = NULL, acknowledged_note = NULL
               WHERE id = ? AND resolved_at IS NULL AND acknowledged_at IS NOT NULL""",
            (alert_id,),
        )
        == 1
    )


def _event(
    tx: Tx, kind: str, severity: str, rule: str, about: str, text: str, alert_id: int, when: str, now: float
) -> None:
    what, _, name = about.partition(" ")
    sender = name if what == "service" else _SENDERS.get(what, what)
    event.add(
        tx,
        at=now,
        type=kind,
        severity=severity,
        sender=sender,
        text=text,
        tags=("alert", rule),
        data={"alert": alert_id, "object": about},
        key=f"alert:{alert_id}:{when}",
    )
