"""The audit trail: what was changed, by whom, from where, from what to what and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from config.known_secrets import hidden
from store.tx import Tx, marks

#: Where what happens now comes from: page, api, cli or system, and the address of who asked.
_origin: ContextVar[tuple[str, str | None]] = ContextVar("origin", default=("system", None))


@contextmanager
def origin(*, via: str, address: str | None = None) -> Iterator[None]:
    """Every entry written within says that it came this way."""
    token = _origin.set((via, address))
    try:
        yield
    finally:
        _origin.reset(token)


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
    """Write one entry, in the transaction of the change itself; known secrets are left out."""
    told = None if reason is None else hidden(reason)
    tx.run(
        """INSERT INTO change (at, actor, action, object, before, after, reason, via, address)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (now, actor, action, target, _text(before), _text(after), told, *_origin.get()),
    )


def record_all(
    tx: Tx,
    entries: Sequence[tuple[str, str, Any, Any]],
    *,
    actor: str,
    now: float,
    reason: str | None = None,
) -> None:
    """Write many entries of one act: (action, object, before, after) of each."""
    told = None if reason is None else hidden(reason)
    tx.many(
        """INSERT INTO change (at, actor, action, object, before, after, reason, via, address)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (now, actor, action, target, _text(before), _text(after), told, *_origin.get())
            for action, target, before, after in entries
        ],
    )


def latest(tx: Tx, limit: int = 100) -> list[dict[str, Any]]:
    """The newest entries first."""
    return tx.dicts("SELECT * FROM change ORDER BY id DESC LIMIT ?", (limit,))


def last(tx: Tx, target: str) -> dict[str, Any] | None:
    """The newest entry of one object, or None."""
    found = tx.dicts("SELECT * FROM change WHERE object = ? ORDER BY id DESC LIMIT 1", (target,))
    return found[0] if found else None


def of_object(tx: Tx, target: str, limit: int, before: int | None = None) -> list[dict[str, Any]]:
    """The newest entries of one object first; `before`: only those with a smaller id."""
    where, more = ("", ()) if before is None else (" AND id < ?", (before,))
    return tx.dicts(
        f"SELECT * FROM change WHERE object = ?{where} ORDER BY id DESC LIMIT ?", (target, *more, limit)
    )


def last_by_object(tx: Tx, actions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The newest entry with one of these actions, for each object that has one."""
    rows = tx.dicts(
        f"""SELECT c.* FROM change c JOIN (SELECT MAX(id) AS id FROM change WHERE action IN ({marks(actions)})
                                           GROUP BY object) newest ON newest.id = c.id""",
        actions,
    )
    return {row["object"]: row for row in rows}


def _text(value: Any) -> str | None:
    return None if value is None else hidden(json.dumps(value, sort_keys=True, default=str))
