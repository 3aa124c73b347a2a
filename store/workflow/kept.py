"""Workflows as they are kept. An edit writes a new version; one that was written never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.workflow.definition import Definition, from_json
from store.tx import Tx

Row = dict[str, Any]

_SELECT = """SELECT w.*, v.definition, v.made_by, v.made_at FROM workflow w
             JOIN workflow_version v ON v.workflow_id = w.id AND v.version = w.version"""


@dataclass(frozen=True)
class Listening:
    """A workflow that is on, in the version that is in force."""

    id: int
    name: str
    version: int
    since: float
    definition: Definition


def add(tx: Tx, name: str, definition: Definition, by: str, now: float) -> int | None:
    """Keep a new one, on; its number, or None where there is one of this name."""
    workflow_id = tx.value(
        """INSERT INTO workflow (name, version, created_by, created_at, enabled_at) VALUES (?, 1, ?, ?, ?)
           ON CONFLICT DO NOTHING RETURNING id""",
        (name, by, now, now),
    )
    if workflow_id is None:
        return None
    _version(tx, workflow_id, 1, definition, by, now)
    return int(workflow_id)


def change(
    tx: Tx, workflow_id: int, version: int, name: str, definition: Definition, by: str, now: float
) -> bool:
    """Write its next version; False where `version` is not the one in force any more."""
    changed = tx.run(
        """UPDATE workflow SET version = version + 1, name = ?
           WHERE id = ? AND version = ? AND archived_at IS NULL""",
        (name, workflow_id, version),
    )
    if changed:
        _version(tx, workflow_id, version + 1, definition, by, now)
    return changed > 0


def switch(tx: Tx, workflow_id: int, on: bool, now: float) -> bool:
    """Let it be set off by events from now on, or by none; False if it was so."""
    return (
        tx.run(
            """UPDATE workflow SET enabled = ?,
                   enabled_at = CASE WHEN CAST(? AS BOOLEAN) THEN ? ELSE enabled_at END
               WHERE id = ? AND enabled <> CAST(? AS BOOLEAN) AND archived_at IS NULL""",
            (on, on, now, workflow_id, on),
        )
        > 0
    )


def archive(tx: Tx, workflow_id: int, now: float) -> bool:
    """Put it away; its runs go on to their ends. False if it was."""
    sql = "UPDATE workflow SET archived_at = ?, enabled = FALSE WHERE id = ? AND archived_at IS NULL"
    return tx.run(sql, (now, workflow_id)) > 0


def one(tx: Tx, workflow_id: int) -> Row | None:
    """A workflow in its version in force, or None."""
    rows = tx.dicts(f"{_SELECT} WHERE w.id = ?", (workflow_id,))
    return rows[0] if rows else None


def named(tx: Tx, name: str) -> Row | None:
    """The one of this name that is not archived, in any case, or None."""
    rows = tx.dicts(f"{_SELECT} WHERE LOWER(w.name) = LOWER(?) AND w.archived_at IS NULL", (name,))
    return rows[0] if rows else None


def listed(tx: Tx) -> list[Row]:
    """All that are not archived, by name."""
    return tx.dicts(f"{_SELECT} WHERE w.archived_at IS NULL ORDER BY LOWER(w.name)")


def versions(tx: Tx, workflow_id: int) -> list[Row]:
    """All its versions, the newest first."""
    return tx.dicts(
        "SELECT * FROM workflow_version WHERE workflow_id = ? ORDER BY version DESC", (workflow_id,)
    )


def listening(tx: Tx) -> list[Listening]:
    """Those that events may set off."""
    return [
        Listening(row["id"], row["name"], row["version"], row["enabled_at"], from_json(row["definition"]))
        for row in tx.dicts(f"{_SELECT} WHERE w.enabled AND w.archived_at IS NULL ORDER BY w.id")
    ]


def _version(tx: Tx, workflow_id: int, version: int, definition: Definition, by: str, now: float) -> None:
    tx.run(
        """INSERT INTO workflow_version (workflow_id, version, definition, made_by, made_at)
           VALUES (?, ?, ?, ?, ?)""",
        (workflow_id, version, definition.text, by, now),
    )
