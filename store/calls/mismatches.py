"""Calls without a charge, counted by what they have in common, so that a cause is seen and mended once."""

from __future__ import annotations

from typing import Any

from store.tx import Tx


def groups(
    tx: Tx, first: int, last: int, *, reason: int | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """The most frequent first: reason, gateway, side, host, name and client, how many, and the newest of it.

    Read through the index of mismatches of those days (since 1970).
    """
    narrower, params = ("", ()) if reason is None else (" AND x.reason = ?", (reason,))
    return tx.dicts(
        f"""SELECT x.reason, x.gateway, x.origin, x.host, x.name, o.name AS client, COUNT(*) AS legs,
                   MIN(x.day) AS first_day, MAX(x.day) AS last_day, MAX(x.at) AS newest_at,
                   MAX(x.dst) AS example
            FROM xdr x LEFT JOIN organisation o ON o.id = x.client_id
            WHERE x.day BETWEEN ? AND ? AND x.reason <> 0{narrower}
            GROUP BY x.reason, x.gateway, x.origin, x.host, x.name, o.name
            ORDER BY COUNT(*) DESC, MAX(x.at) DESC LIMIT ?""",
        (first, last, *params, limit),
    )
