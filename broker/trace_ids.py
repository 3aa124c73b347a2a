"""The ids of a run's trace, which every process finds by itself: see `broker.tracing`."""

from __future__ import annotations

import hashlib


def ids_of(born: str, run_id: int) -> tuple[int, int]:
    """(trace id, id of its first span) of a run; ``born``: of its database, see `store.migrate.born`."""
    digest = hashlib.sha256(f"{born} {run_id}".encode()).digest()
    return int.from_bytes(digest[:16], "big"), int.from_bytes(digest[16:24], "big")
