"""Records of a zone as pages and programs look through them."""

from __future__ import annotations

from typing import Any

from store.dns.zone import GONE, THERE
from store.pattern import contains
from store.tx import Tx


def page(
    tx: Tx,
    zone_id: int,
    *,
    text: str | None = None,
    kind: str | None = None,
    gone: bool = False,
    limit: int = 100,
    after: int | None = None,
) -> tuple[list[dict[str, Any]], int | None]:
    """At most `limit` records by name, after that of id `after`; and the `after` that goes on, or None.

    `text` is a part of the name or the data, in any case; `kind` a type such as ``MX``. `gone`: those
    that are not there any more.
    """
    where = f"r.zone_id = ? AND {GONE if gone else THERE}"
    more: list[Any] = [zone_id]
    if text:
        where += " AND (LOWER(r.name) LIKE LOWER(?) ESCAPE '\\' OR LOWER(r.rdata) LIKE LOWER(?) ESCAPE '\\')"
        more += [contains(text)] * 2
    if kind:
        where += " AND r.type = ?"
        more.append(kind.upper())
    if after is not None:
        where += " AND (r.name, r.id) > (SELECT a.name, a.id FROM dns_record a WHERE a.id = ?)"
        more.append(after)
    rows = tx.dicts(
        f"""SELECT r.id, r.name, r.type, r.ttl, r.rdata, r.seen_at, r.gone_at
            FROM dns_record r JOIN zone_state s ON s.zone_id = r.zone_id
            WHERE {where} ORDER BY r.name, r.id LIMIT ?""",
        (*more, limit + 1),
    )
    return rows[:limit], int(rows[limit - 1]["id"]) if len(rows) > limit else None
