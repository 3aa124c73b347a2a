"""Which days of which clients must be summed anew, because legs in them were changed or deleted."""

from __future__ import annotations

from collections.abc import Iterable

from store.tx import Tx


def mark(tx: Tx, batch_id: int, parts: Iterable[tuple[int, int]]) -> None:
    """Note (day, client) of a batch; client 0 is no client."""
    tx.many(
        """INSERT INTO summary_dirty (day, client_id, batch_id) VALUES (?, ?, ?)
           ON CONFLICT (day, client_id, batch_id) DO NOTHING""",
        [(day, client, batch_id) for day, client in sorted(parts)],
    )
