"""Files with calls for pages and lists: newest first."""

from __future__ import annotations

from typing import Any

from store.tx import Tx

STATES = ("found", "loading", "loaded", "repeated", "quarantined")
_FILE = """
    SELECT f.id, f.name, f.place, f.format, f.size, f.modified_at, f.sha256, f.state, f.legs, f.bad,
           f.bytes_read, f.text, f.found_at, f.loaded_at, f.collector_id, c.name AS collector,
           f.gateway_id, g.name AS gateway
    FROM xdr_file f LEFT JOIN collector c ON c.id = f.collector_id
    LEFT JOIN gateway g ON g.id = f.gateway_id"""


def page(
    tx: Tx,
    *,
    state: str | None = None,
    collector_id: int | None = None,
    with_bad: bool = False,
    limit: int = 50,
    before: int | None = None,
) -> list[dict[str, Any]]:
    """At most `limit` files before the one of id `before`; `with_bad`: those with wrong rows, or refused."""
    where, params = ["1 = 1"], []
    for column, value in (("f.state", state), ("f.collector_id", collector_id)):
        if value is not None:
            where.append(f"{column} = ?")
            params.append(value)
    if with_bad:
        where.append("(f.bad > 0 OR f.state = 'quarantined')")
    if before is not None:
        where.append("f.id < ?")
        params.append(before)
    return tx.dicts(f"{_FILE} WHERE {' AND '.join(where)} ORDER BY f.id DESC LIMIT ?", (*params, limit))


def one(tx: Tx, file_id: int) -> dict[str, Any] | None:
    """One file; None: there is none."""
    found = tx.dicts(f"{_FILE} WHERE f.id = ?", (file_id,))
    return found[0] if found else None


def bad_rows(tx: Tx, file_id: int, *, limit: int = 100, after: int = 0) -> list[dict[str, Any]]:
    """Its wrong rows by line: id, line, reason, text; those with an id after `after`."""
    return tx.dicts(
        """SELECT id, line, reason, text FROM xdr_bad_row WHERE file_id = ? AND id > ?
           ORDER BY id LIMIT ?""",
        (file_id, after, limit),
    )


def unfinished(tx: Tx) -> dict[str, int]:
    """How many are found, half read, and in quarantine."""
    rows = tx.all(
        """SELECT state, COUNT(*) FROM xdr_file WHERE state IN ('found', 'loading', 'quarantined')
           GROUP BY state"""
    )
    return {state: int(count) for state, count in rows}
