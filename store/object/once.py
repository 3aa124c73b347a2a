"""Who has made an object already: the same key never makes another within a day."""

from __future__ import annotations

from store.tx import Tx

#: Seconds that a key is remembered.
REMEMBERED = 86_400.0


def made(tx: Tx, key: str, now: float) -> tuple[str, int, str] | None:
    """Kind and id of what this key has made, and what was asked for then; None: it has made nothing."""
    row = tx.one(
        "SELECT kind, object_id, asked FROM object_once WHERE key = ? AND at > ?", (key, now - REMEMBERED)
    )
    return None if row is None else (str(row[0]), int(row[1]), str(row[2]))


def remember(tx: Tx, key: str, kind: str, object_id: int, asked: str, now: float) -> None:
    """This key has made this object; keys that are too old go. The object lock is held."""
    tx.run("DELETE FROM object_once WHERE at <= ?", (now - REMEMBERED,))
    tx.run(
        "INSERT INTO object_once (key, kind, object_id, asked, at) VALUES (?, ?, ?, ?, ?)",
        (key, kind, object_id, asked, now),
    )
