"""The place of a day's calls: on PostgreSQL a partition of `xdr`, made by whoever needs it first."""

from __future__ import annotations

from collections.abc import Iterable

from store import database
from store.tx import Tx

#: Our key among the database's advisory locks: partitions are made one after the other.
MAKING = 0x78647264


def partition(day: int) -> str:
    """The name of its table; a day before 1970 has an ``m`` for its sign."""
    return f"xdr_{day}" if day >= 0 else f"xdr_m{-day}"


def prepare(days: Iterable[int]) -> None:
    """Make the partitions that these days lack, in a transaction of its own; nothing on SQLite.

    Not within a transaction that has written calls already: others wait for the table meanwhile.
    """
    if database.dialect() == "postgresql" and (lacking := _lacking(database.read(), days)):
        database.write(lambda tx: make(tx, lacking))


def make(tx: Tx, days: Iterable[int]) -> None:
    """As `prepare`, within a transaction. Readers and writers of other days go on meanwhile."""
    if tx.dialect != "postgresql":
        return
    tx.run("SELECT pg_advisory_xact_lock(?)", (MAKING,))
    for day in _lacking(tx, days):
        name = partition(day)
        # CREATE … PARTITION OF would lock out everybody who reads or writes calls; ATTACH does not.
        tx.run(f"CREATE TABLE {name} (LIKE xdr INCLUDING ALL)")
        tx.run(f"ALTER TABLE xdr ATTACH PARTITION {name} FOR VALUES FROM ({day}) TO ({day + 1})")


def _lacking(tx: Tx, days: Iterable[int]) -> list[int]:
    wanted = {partition(day): day for day in days}
    if not wanted:
        return []
    rows = tx.all(
        """SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
           WHERE i.inhparent = 'xdr'::regclass AND c.relname = ANY(?)""",
        (list(wanted),),
    )
    return sorted(set(wanted.values()) - {wanted[row[0]] for row in rows})
