"""Messages nobody could understand, with the reason; the newest are kept."""

from __future__ import annotations

from typing import Any

from store import tally
from store.tx import Tx

#: How many are kept, and how much of each.
KEEP = 1_000
LONGEST = 4_000


def keep(tx: Tx, queue: str, body: bytes, reason: str, now: float) -> None:
    """Keep and count a rejected message."""
    text = body[:LONGEST].decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    reason = reason.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:LONGEST]
    new = tx.value(
        "INSERT INTO rejected (at, queue, reason, body) VALUES (?, ?, ?, ?) RETURNING id",
        (now, queue, reason, text),
    )
    tx.run("DELETE FROM rejected WHERE id <= ?", (new - KEEP,))
    tally.add(tx, [("", "requests_rejected", "", 1.0)])


def latest(tx: Tx, limit: int = 100) -> list[dict[str, Any]]:
    """The newest first."""
    return tx.dicts("SELECT * FROM rejected ORDER BY id DESC LIMIT ?", (limit,))


def kept(tx: Tx) -> int:
    """How many are kept; `KEEP` at most."""
    return int(tx.value("SELECT COUNT(*) FROM rejected"))
