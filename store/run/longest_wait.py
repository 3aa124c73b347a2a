"""How long runs have waited for their start, at most: what is said of a run group's day."""

from __future__ import annotations

from collections.abc import Sequence

from store.run.since import LONGEST, older_than
from store.tx import Tx, marks


def longest_waits(tx: Tx, services: Sequence[str], since: float) -> dict[str, float]:
    """By service, in s: the longest wait of a run that started since then; one without runs is missing.

    Holds are not kept after their end, so they are not counted.
    """
    if not services:
        return {}
    floor = tx.value(older_than(), (since - LONGEST,))
    rows = tx.all(
        f"""SELECT service, MAX(started_at - queued_at) FROM run
            WHERE service IN ({marks(services)}) AND id > ? AND started_at >= ? AND trigger <> 'hold'
            GROUP BY service""",
        (*services, floor, since),
    )
    return {service: max(0.0, waited) for service, waited in rows}
