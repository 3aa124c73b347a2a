"""Copies of objects of directories, as all front ends show them: what was deleted, and what we lack."""

from __future__ import annotations

import json
from typing import Any

from domain.time.clock import rfc3339
from store.directory import backup
from store.tx import Tx
from web.acts.refusal import Refusal

Shown = dict[str, Any]
_PLAIN = ("id", "directory", "kind", "name", "reason")


def page(tx: Tx, text: str = "", limit: int = 50, before: int | None = None) -> Shown:
    """``{copies, next}``: the newest first; `text` is a GUID or the beginning of a name."""
    rows, more = backup.page(tx, text.strip(), limit, before)
    return {"copies": [_copy(row) for row in rows], "next": more}


def one(tx: Tx, copy_id: int) -> Shown:
    """One with its `attributes` (name -> value or list). Raises Refusal (unknown_copy)."""
    row = backup.one(tx, copy_id)
    if row is None:
        raise Refusal("unknown_copy", f"there is no copy {copy_id}: `tickworks directory copies` lists them")
    return {**_copy(row), "attributes": json.loads(row["attrs"])}


def _copy(row: Shown) -> Shown:
    return {**{name: row[name] for name in _PLAIN}, "guid": row["remote_id"], "at": rfc3339(row["at"])}
