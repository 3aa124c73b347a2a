"""Mirrors of remote objects: one row each, marked gone and never deleted, with the cursor of each service."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from domain.effects.destroy import Doomed
from domain.mirror import Known, Plan
from store.tx import Tx


class Cursor(NamedTuple):
    """Where the next read goes on, and when the last complete one began (epoch seconds)."""

    cookie: str | None
    full_at: float | None


class MirrorLost(Exception):
    """The run is not the one that may write any more: another was started for it."""


_PUT = """
    INSERT INTO remote_object (source, kind, remote_id, parent, name, attrs, hash, seen_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, kind, remote_id) DO UPDATE SET
        parent = excluded.parent, name = excluded.name, attrs = excluded.attrs, hash = excluded.hash,
        seen_at = excluded.seen_at, gone_at = NULL"""
_GONE = """
    UPDATE remote_object SET gone_at = ?
    WHERE source = ? AND kind = ? AND remote_id = ? AND gone_at IS NULL"""
_SEEN = "UPDATE remote_object SET seen_at = ? WHERE source = ? AND kind = ? AND gone_at IS NULL"
_CURSOR = """
    INSERT INTO sync_cursor (service, scope, cookie, full_at, read_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (service, scope) DO UPDATE SET cookie = excluded.cookie,
        full_at = COALESCE(excluded.full_at, sync_cursor.full_at), read_at = excluded.read_at"""


def cursor(tx: Tx, service: str, source: str, kind: str) -> Cursor:
    """Where this service stands; nothing of it before its first read."""
    sql = "SELECT cookie, full_at FROM sync_cursor WHERE service = ? AND scope = ?"
    row = tx.one(sql, (service, scope(source, kind)))
    return Cursor(None, None) if row is None else Cursor(*row)


def known(tx: Tx, source: str, kind: str) -> dict[str, Known]:
    """Every object of the mirror by its id, also those that are gone."""
    rows = tx.all(
        "SELECT remote_id, hash, gone_at FROM remote_object WHERE source = ? AND kind = ?", (source, kind)
    )
    return {row[0]: Known(row[1], row[2] is not None) for row in rows}


def publish(
    tx: Tx,
    service: str,
    source: str,
    kind: str,
    planned: Plan,
    *,
    full: bool,
    believed: bool,
    cookie: str | None,
    began: float,
    run: tuple[int, int] | None = None,
) -> None:
    """Write all that one read changed, in the caller's transaction, for readers at one moment.

    Where it is not believed nothing is marked gone, and the cursor stays. `run`: id and fence of the
    run, whose late words change nothing. Raises MirrorLost.
    """
    if run is not None and not tx.one(
        "SELECT id FROM run WHERE id = ? AND fence = ? AND state = 'running'", run
    ):
        raise MirrorLost(f"run {run[0]} was taken for dead: another goes on")
    objects = (*planned.new, *planned.changed, *planned.returned)
    rows = [(source, kind, o.id, o.parent, o.name, o.attrs_text, o.hash, began) for o in objects]
    tx.many(_PUT, rows)
    if not believed:
        return
    tx.many(_GONE, [(began, source, kind, each) for each in planned.gone])
    if full:
        tx.run(_SEEN, (began, source, kind))
    tx.run(_CURSOR, (service, scope(source, kind), cookie, began if full else None, began))


def objects(
    tx: Tx, source: str, kind: str, *, parent: str | None = None, gone: bool = False
) -> list[dict[str, Any]]:
    """The objects that are there (or those that are gone), by id; ``attrs`` as plain values."""
    only, params = ("", ()) if parent is None else ("AND parent = ?", (parent,))
    rows = tx.dicts(
        f"""SELECT * FROM remote_object WHERE source = ? AND kind = ? {only}
            AND gone_at IS {"NOT NULL" if gone else "NULL"} ORDER BY remote_id""",
        (source, kind, *params),
    )
    return [{**row, "attrs": json.loads(row["attrs"])} for row in rows]


def doomed(tx: Tx, service: str, source: str, kind: str) -> tuple[list[Doomed], int]:
    """What is gone, with the complete reads that missed it; and how many objects there are at all."""
    at = cursor(tx, service, source, kind).full_at
    total = int(tx.value("SELECT COUNT(*) FROM remote_object WHERE source = ? AND kind = ?", (source, kind)))
    if at is None:
        return [], total
    rows = objects(tx, source, kind, gone=True)
    return [
        Doomed(
            key=f"{source}:{kind}:{row['remote_id']}",
            what=f"{kind} {row['name'] or row['remote_id']} of {source}",
            absent_since=row["gone_at"],
            absent_at=at,
            object=row["remote_id"],
        )
        for row in rows
    ], total


def forget(tx: Tx, source: str, kind: str, remote_id: str) -> bool:
    """Drop an object that is gone, after what stood for it here went too; False if it is there again."""
    sql = """DELETE FROM remote_object
             WHERE source = ? AND kind = ? AND remote_id = ? AND gone_at IS NOT NULL"""
    return tx.run(sql, (source, kind, remote_id)) > 0


def scope(source: str, kind: str) -> str:
    """The scope of a cursor."""
    return f"{source}/{kind}"
