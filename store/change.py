"""The audit trail: what was changed, by whom, from what to what and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from store.tx import Tx, marks


def record(
    tx: Tx,
    *,
    actor: str,
    action: str,
    target: str,
    now: float,
    before: Any = None,
    after: Any = None,
    reason: str | None = None,
) -> None:
    """Write one entry, in the transaction of the change itself."""
    tx.run(
        """INSERT INTO change (at, actor, action, object, before, after, reason)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (now, actor, action, target, _text(before), _text(after), reason),
    )


def latest(tx: Tx, limit: int = 100) -> list[dict[str, Any]]:
    """The newest entries first."""
    return tx.dicts("SELECT * FROM change ORDER BY id DESC LIMIT ?", (limit,))


def last_by_object(tx: Tx, actions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The newest entry with one of these actions, for each object that has one."""
    rows = tx.dicts(
        f"""SELECT c.* FROM change c JOIN (SELECT MAX(id) AS id FROM change WHERE action IN ({marks(actions)})
                                           GROUP BY object) newest ON newest.id = c.id""",
        actions,
    )
    return {row["object"]: row for row in rows}


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True, default=str)
