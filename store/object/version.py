"""How often the objects of a family were written: who keeps them in memory reads them again only then."""

from __future__ import annotations

from domain.objects.kind import Kind
from store.tx import Tx

#: The families that somebody keeps in memory, and the name of their counter.
COUNTED = {"tariffs": "rating", "voice": "rating"}


def touch(tx: Tx, kind: Kind) -> None:
    """Count a change, in the transaction that makes it."""
    if name := COUNTED.get(kind.family):
        tx.run(
            """INSERT INTO object_version (name, version) VALUES (?, 1)
               ON CONFLICT (name) DO UPDATE SET version = object_version.version + 1""",
            (name,),
        )


def now(tx: Tx, name: str) -> int:
    """How often these objects were written."""
    return int(tx.value("SELECT version FROM object_version WHERE name = ?", (name,)) or 0)
