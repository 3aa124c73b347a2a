"""Calls for reading, the newest first, page by page; and how many of each state a hook has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.pattern import contains
from store.tx import Tx, marks

Rows = list[dict[str, Any]]

STATES = ("queued", "sending", "done", "failed", "dropped")
#: A page looks through so many calls at most, so that a rare word never reads through all of them.
REACH = 5_000

_COLUMNS = """
    c.id, c.hook_id, h.name AS hook, c.key, c.event, c.at, c.object, c.organisation, c.state, c.tries,
    c.not_before, c.queued_at, c.ended_at, c.run_id, c.unknown, c.error"""


@dataclass(frozen=True)
class Wanted:
    """Each given value narrows. `text` is a part of the event's name or of its object."""

    hook_id: int | None = None
    state: str | None = None
    text: str | None = None


def page(tx: Tx, wanted: Wanted, limit: int, before: int | None = None) -> tuple[Rows, int | None]:
    """At most `limit` calls with ids below `before`, and the `before` of the next page or None."""
    wheres, params = ["id < ?"], [before if before is not None else 2**63 - 1]
    for column in ("hook_id", "state"):
        value = getattr(wanted, column)
        if value is not None:
            wheres.append(f"{column} = ?")
            params.append(value)
    reach = limit + 1 if wanted.text is None else REACH
    inner = f"SELECT * FROM hook_call WHERE {' AND '.join(wheres)} ORDER BY id DESC LIMIT ?"
    like, more = "", []
    if wanted.text is not None:
        like = "WHERE LOWER(c.event || ' ' || c.object) LIKE LOWER(?) ESCAPE '\\'"
        more = [contains(wanted.text)]
    rows = tx.dicts(
        f"""SELECT {_COLUMNS} FROM ({inner}) c JOIN event_hook h ON h.id = c.hook_id {like}
            ORDER BY c.id DESC LIMIT ?""",
        (*params, reach, *more, limit + 1),
    )
    if len(rows) > limit:
        return rows[:limit], rows[limit - 1]["id"]
    if wanted.text is None:
        return rows, None
    sql = f"SELECT id FROM hook_call WHERE {' AND '.join(wheres)} ORDER BY id DESC LIMIT 1 OFFSET ?"
    return rows, tx.value(sql, (*params, REACH - 1))


def tries(tx: Tx, call_ids: Sequence[int]) -> dict[int, Rows]:
    """The tries of these calls, in order."""
    found: dict[int, Rows] = {each: [] for each in call_ids}
    if call_ids:
        sql = f"SELECT * FROM hook_try WHERE call_id IN ({marks(call_ids)}) ORDER BY call_id, n"
        for row in tx.dicts(sql, call_ids):
            found[row["call_id"]].append(row)
    return found


def waiting(tx: Tx) -> dict[int, int]:
    """hook -> how many of its calls have not ended."""
    sql = "SELECT hook_id, COUNT(*) FROM hook_call WHERE ended_at IS NULL GROUP BY hook_id"
    return {row[0]: int(row[1]) for row in tx.all(sql)}
