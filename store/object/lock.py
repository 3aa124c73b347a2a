"""The lock under which objects are written: so that no two writers make a circle or refer to what goes."""

from __future__ import annotations

from store.tx import Tx

#: Any fixed number: our key among PostgreSQL's advisory locks.
OBJECT_LOCK = 0x7469636F


def lock(tx: Tx) -> None:
    """Wait until no other transaction writes objects; SQLite's single writer holds it already."""
    if tx.dialect == "postgresql":
        tx.all("SELECT pg_advisory_xact_lock(?)", (OBJECT_LOCK,))
