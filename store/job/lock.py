"""One lock for what changes many jobs: claims count what runs, so two may not count at once."""

from __future__ import annotations

from store.tx import Statement, Tx

#: Any fixed number: our key among PostgreSQL's advisory locks.
JOB_LOCK = 0x7469636D


def lock(tx: Tx) -> None:
    """Wait until no other transaction changes jobs; SQLite's single writer holds it already."""
    tx.batch(first(tx))


def first(tx: Tx) -> list[Statement]:
    """The same as the first statement of a batch."""
    if tx.dialect == "sqlite":
        return []
    return [("SELECT pg_advisory_xact_lock(?)", (JOB_LOCK,))]
