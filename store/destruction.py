"""What steps destroyed, with a way back, and what those that only report would have destroyed."""

from __future__ import annotations

from typing import Any

from config.known_secrets import hidden
from domain.effects.destroy import Doomed
from store.tx import Tx


def is_on(tx: Tx, service: str, step: str) -> bool:
    """Whether an operator let this step destroy; until then it only reports."""
    return bool(tx.value("SELECT destroys FROM step WHERE service = ? AND title = ?", (service, step)))


def switch(tx: Tx, service: str, step: str, on: bool) -> bool:
    """Let a step destroy, or only report; False if it was so."""
    if is_on(tx, service, step) == on:
        return False
    tx.run(
        """INSERT INTO step (service, title, destroys) VALUES (?, ?, ?)
           ON CONFLICT (service, title) DO UPDATE SET destroys = excluded.destroys""",
        (service, step, on),
    )
    return True


def reported(tx: Tx, family: str, service: str, step: str, run_id: int, each: Doomed, now: float) -> None:
    """It would have been destroyed; one row for each object, renewed by later runs."""
    tx.run(
        """INSERT INTO destruction (family, service, step, run_id, key, what, organisation, object, state, at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'reported', ?)
           ON CONFLICT (service, key) WHERE state = 'reported'
           DO UPDATE SET run_id = excluded.run_id, what = excluded.what, at = excluded.at""",
        (family, service, step, run_id, each.key, each.what, each.organisation, each.object, now),
    )


def ended(
    tx: Tx,
    family: str,
    service: str,
    step: str,
    run_id: int,
    each: Doomed,
    now: float,
    *,
    undo: str | None = None,
    error: str | None = None,
) -> None:
    """It was destroyed, and `undo` says how it comes back or where its archive is; or it could not be."""
    report = "DELETE FROM destruction WHERE service = ? AND key = ? AND state = 'reported'"
    tx.run(report, (service, each.key))
    tx.run(
        """INSERT INTO destruction (family, service, step, run_id, key, what, organisation, object, state,
                                    undo, error, at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            *(family, service, step, run_id, each.key, each.what, each.organisation, each.object),
            *("done" if error is None else "failed", undo, None if error is None else hidden(error), now),
        ),
    )


def latest(tx: Tx, limit: int = 50) -> list[dict[str, Any]]:
    """The newest first, of all services."""
    return tx.dicts("SELECT * FROM destruction ORDER BY id DESC LIMIT ?", (limit,))
