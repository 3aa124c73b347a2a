"""The calls of a day leave the table for a file, and come back: the steps, each one transaction.

From ``open`` to ``archiving``, where nobody else writes the day; the file is written and read back; then
the calls go, if the table still holds just what the file does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from store import database
from store.calls import batch, day_state
from store.calls import day as partition
from store.tx import Row, Tx, marks

HOLDER, RESTORER = "archive", "restore"

#: All of `xdr`, in the order in which files have them.
COLUMNS = (
    *("id", "day", "at", "key", "batch_id", "file_id", "gateway", "session", "leg", "origin", "status"),
    *("cause", "src", "dst", "host", "name", "pin", "tags", "volume", "pdd", "scd", "reason", "rule_id"),
    *("client_id", "account_id", "rated_src", "rated_dst", "code", "table_id", "rate_id", "billed"),
    *("charge", "cost", "version", "invoice_id"),
)
#: Rows that are read, put back or deleted together.
PORTION = 5_000


class Figures(NamedTuple):
    """What tells one content of a day from another: number of calls, newest id, and sums."""

    legs: int
    newest: int
    version: int
    billed: int
    charge: int
    cost: int


class Changed(Exception):
    """The table holds something else than what was archived."""


def begin(tx: Tx, day: int, now: float) -> bool:
    """Take an open day for archiving, or go on with it; False if somebody else has it."""
    if day_state.change(tx, day, ("archiving",), "archiving", HOLDER, now):
        return True
    if not day_state.change(tx, day, ("open",), "archiving", HOLDER, now):
        return False
    tx.run("UPDATE call_day SET archive_place = '', archive_sha256 = '' WHERE day = ?", (day,))
    return True


def give_up(tx: Tx, day: int, now: float) -> bool:
    """Open the day again: nothing was taken from it."""
    return day_state.change(tx, day, ("archiving",), "open", HOLDER, now)


def rows(day: int) -> Iterator[Row]:
    """All calls of a day as `COLUMNS`, in the order of their keys, read in portions."""
    sql = f"SELECT {', '.join(COLUMNS)} FROM xdr WHERE day = ? AND key > ? ORDER BY key LIMIT {PORTION}"
    last, place = b"", COLUMNS.index("key")
    while some := database.read().all(sql, (day, last)):
        yield from some
        last = bytes(some[-1][place])


def figures(tx: Tx, day: int) -> Figures:
    """Of the table."""
    row = tx.one(
        """SELECT COUNT(*), MAX(id), SUM(version), SUM(billed), SUM(charge), SUM(cost)
           FROM xdr WHERE day = ?""",
        (day,),
    )
    return Figures(*(int(value or 0) for value in row or ()))


def filed(tx: Tx, day: int, place: str, sha256: str, legs: int) -> None:
    """Keep where the calls of a day are; from now on they may go."""
    tx.run(
        "UPDATE call_day SET archive_place = ?, archive_sha256 = ?, archive_legs = ? WHERE day = ?",
        (place, sha256, legs, day),
    )


def place(tx: Tx, day: int) -> tuple[str, str, int]:
    """Where the archive of a day is, its SHA-256 and how many calls it has; "" for a day without one."""
    row = tx.one("SELECT archive_place, archive_sha256, archive_legs FROM call_day WHERE day = ?", (day,))
    return (row[0], row[1], row[2]) if row else ("", "", 0)


def drop(tx: Tx, day: int, archived: Figures, now: float) -> bool:
    """On PostgreSQL let the partition of an archived day go. Raises Changed, and nothing has gone."""
    if tx.dialect != "postgresql":
        return False
    name = partition.partition(day)
    tx.run("LOCK TABLE ONLY xdr IN ACCESS EXCLUSIVE MODE")
    tx.run(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
    if (found := figures(tx, day)) != archived:
        raise Changed(
            f"the day changed while it was archived: {found.legs} calls, {archived.legs} in the file"
        )
    tx.run(f"DROP TABLE {name}")
    return _end(tx, day, now)


def delete_some(tx: Tx, day: int, newest: int) -> int:
    """Without partitions: delete a portion of an archived day, up to the id `newest`; how many calls."""
    some = f"SELECT id FROM xdr WHERE day = ? AND id <= ? ORDER BY key LIMIT {PORTION}"
    return tx.run(f"DELETE FROM xdr WHERE id IN ({some})", (day, newest))


def end(tx: Tx, day: int, now: float) -> bool:
    """All calls of the day have gone."""
    return _end(tx, day, now)


def _end(tx: Tx, day: int, now: float) -> bool:
    tx.run("UPDATE call_day SET archived_at = ? WHERE day = ?", (now, day))
    return day_state.change(tx, day, ("archiving",), "archived", HOLDER, now)


def is_summed(tx: Tx, day: int) -> bool:
    """Whether the summary and the counters hold all calls of a day: else it may not go yet."""
    waiting = tx.all(
        """SELECT id FROM rating_batch WHERE state = 'open' UNION ALL
           SELECT id FROM rating_batch WHERE state = 'done' AND NOT is_summed UNION ALL
           SELECT id FROM rating_batch WHERE state = 'done' AND NOT is_counted"""
    )
    ids = sorted({row[0] for row in waiting})
    if not ids:
        return True
    some = f"batch_id IN ({marks(ids)}) LIMIT 1"
    return not (
        tx.value(f"SELECT 1 FROM xdr WHERE day = ? AND {some}", (day, *ids))
        or tx.value(f"SELECT 1 FROM summary_dirty WHERE day = ? AND {some}", (day, *ids))
    )


def begin_restore(tx: Tx, day: int, now: float) -> bool:
    """Take an archived day for restoring, or go on with it; False if it is not archived."""
    return day_state.change(tx, day, ("archived", "restoring"), "restoring", RESTORER, now)


def stop_restore(tx: Tx, day: int, now: float) -> bool:
    """The day is archived again: its file cannot be read. Calls that are back already stay and do no harm."""
    return day_state.change(tx, day, ("restoring",), "archived", RESTORER, now)


def put_back(tx: Tx, columns: Sequence[str], some: Sequence[Sequence[Any]]) -> None:
    """Bring calls back; those that are there already stay as they are."""
    tx.many(
        f"""INSERT INTO xdr ({", ".join(columns)}) VALUES ({marks(columns)})
            ON CONFLICT (day, key) DO NOTHING""",
        some,
    )


def end_restore(tx: Tx, day: int, *, fence: int, node: str, now: float) -> int:
    """The day is open again, and its sums are made anew; how many calls it has."""
    legs = figures(tx, day).legs
    number = batch.add_done(tx, "rerate", fence=fence, node=node, legs=legs, rerating_id=None, now=now)
    tx.run(
        """INSERT INTO summary_dirty (day, client_id, batch_id)
           SELECT DISTINCT CAST(? AS INTEGER), COALESCE(client_id, 0), CAST(? AS BIGINT)
           FROM xdr WHERE day = ?""",
        (day, number, day),
    )
    day_state.change(tx, day, ("restoring",), "open", RESTORER, now)
    return legs
