"""Which calls of a day come first where they are listed, the newest at the top.

PostgreSQL has a day by id. SQLite has a day of a client by id (`xdr_client`), and an index for the lists
alone would make each call dearer to write: so there the clients say between which ids a day lies. Where most
of these are its own, they are read one after the other, ten times as fast as by any index; where late calls
have pulled its ends apart, through the clients, in windows that double until enough is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store.tx import Tx

#: Ids of the first window.
_WINDOW = 512
#: So many times its calls may lie between the ends of a day.
_APART = 4

# Client after client by one look into the index each; NULL, whom nobody could tell, is one of them.
_CLIENTS = """
    WITH RECURSIVE each (id) AS (
        SELECT MIN(client_id) FROM xdr
        UNION ALL
        SELECT (SELECT MIN(client_id) FROM xdr WHERE client_id > each.id) FROM each WHERE each.id IS NOT NULL
    ), client (id) AS (SELECT id FROM each WHERE id IS NOT NULL UNION ALL SELECT NULL)"""
_ENDS = f"""{_CLIENTS}
    SELECT MIN((SELECT MIN(id) FROM xdr x WHERE x.client_id IS c.id AND x.day = ?)),
           MAX((SELECT MAX(id) FROM xdr x WHERE x.client_id IS c.id AND x.day = ?)) FROM client c"""


def ids(
    tx: Tx,
    day: int,
    legs: int,
    where: str,
    params: Sequence[Any],
    *,
    by_index: bool,
    under: int | None,
    limit: int,
) -> list[int]:
    """The `limit` largest ids of a day for which `where` (`` AND …``, of ours) holds, below `under`.

    `legs`: about so many it has. `by_index`: `where` names a client, or asks for mismatches, which have an
    index of their own.
    """
    if tx.dialect == "postgresql" or by_index:
        if under is not None:
            where, params = f"{where} AND id < ?", [*params, under]
        sql = f"SELECT id FROM xdr WHERE day = ?{where} ORDER BY id DESC LIMIT ?"
        return [row[0] for row in tx.all(sql, (day, *params, limit))]
    first, last = tx.all(_ENDS, (day, day))[0]
    if first is None:
        return []
    top = last if under is None else min(last, under - 1)
    if last - first < _APART * legs:
        sql = f"SELECT id FROM xdr WHERE id BETWEEN ? AND ? AND +day = ?{where} ORDER BY id DESC LIMIT ?"
        return [row[0] for row in tx.all(sql, (first, top, day, *params, limit))]
    return _through_clients(tx, day, where, params, first, top, limit)


def _through_clients(
    tx: Tx, day: int, where: str, params: Sequence[Any], first: int, top: int, limit: int
) -> list[int]:
    sql = f"""{_CLIENTS}
        SELECT x.id FROM client c CROSS JOIN xdr x
            ON x.client_id IS c.id AND x.day = ? AND x.id BETWEEN ? AND ?{where}
        ORDER BY x.id DESC LIMIT ?"""
    found: list[int] = []
    size = max(_WINDOW, 2 * limit)
    while top >= first and len(found) < limit:
        bottom = max(first, top - size + 1)
        rows = tx.all(sql, (day, bottom, top, *params, limit - len(found)))
        found += [row[0] for row in rows]
        top, size = bottom - 1, size * 2
    return found
