"""Calls come into being: one for each hook that wants to hear of what has happened since the last look."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.known_secrets import hidden
from domain.hooks.told import Told, body, of_change, of_event, wanted
from store import setting
from store.object import read as objects
from store.report.usage import below
from store.tx import Tx

#: Rows of the log that one transaction looks at.
BATCH = 500

_READERS: dict[str, Callable[[Mapping[str, Any]], Told | None]] = {"event": of_event, "change": of_change}


@dataclass(frozen=True)
class Hook:
    """A hook that listens; `organisations`: the names of the only ones it hears of, None: all."""

    row: Mapping[str, Any]
    organisations: frozenset[str] | None


def listening(tx: Tx) -> list[Hook]:
    """The hooks that are on."""
    found = []
    for row in objects.live(tx, "event_hook", enabled=True):
        names = below(tx, row["organisation_id"])
        found.append(Hook(row, None if names is None else frozenset(names.values())))
    return found


def fill(tx: Tx, source: str, hooks: Sequence[Hook], site: str, now: float) -> tuple[int, bool]:
    """Queue calls for the next rows of ``event`` or ``change``; how many, and whether more rows wait.

    Each row is looked at once, in the order of ids: nothing can appear below the last one any more. A
    site's first look begins with what comes next.
    """
    if tx.dialect == "postgresql":
        # It commits ids out of order: whoever is writing now ends first.
        tx.run(f"LOCK TABLE {source} IN SHARE MODE")
    top = int(tx.value(f"SELECT COALESCE(MAX(id), 0) FROM {source}"))
    name = f"hooks_{source}"
    cursor = setting.get(tx, name)
    if cursor is None or not hooks:
        setting.put(tx, name, top, now)
        return 0, False
    rows = tx.dicts(
        f"SELECT * FROM {source} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (int(cursor), top, BATCH)
    )
    told = [each for row in rows if (each := _READERS[source](row)) is not None]
    made = sum(_queue(tx, each, hook, site, now) for each in told for hook in hooks if _asks(hook, each))
    last = rows[-1]["id"] if len(rows) == BATCH else top
    if last != cursor:
        setting.put(tx, name, last, now)
    return made, last < top


def _asks(hook: Hook, told: Told) -> bool:
    return wanted(told, hook.row["events"], hook.organisations, hook.row["created_at"])


def _queue(tx: Tx, told: Told, hook: Hook, site: str, now: float) -> int:
    # Its own key, never one made from ids: a database that was put back gives ids a second time.
    key = str(uuid.uuid4())
    return tx.run(
        """INSERT INTO hook_call (hook_id, key, source, source_id, event, at, object, organisation, body,
                                  state, not_before, queued_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?)
           ON CONFLICT (hook_id, source, source_id) DO NOTHING""",
        (
            *(hook.row["id"], key, told.source, told.source_id, told.name, told.at, told.object),
            *(told.organisation, hidden(body(told, key, site)), now, now),
        ),
    )
