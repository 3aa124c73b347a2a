"""The work queue, the outbox and held acts, as the metrics count them."""

from __future__ import annotations

from store.tx import Tx


def jobs(tx: Tx) -> list[tuple[str, str, int, float | None]]:
    """(kind, state, how many, since when the oldest could be claimed) of the jobs that are not done."""
    rows = tx.all(
        """SELECT kind, state, COUNT(*),
                  MIN(CASE WHEN not_before > added_at THEN not_before ELSE added_at END)
           FROM job WHERE ended_at IS NULL GROUP BY kind, state ORDER BY kind, state"""
    )
    return [(kind, state, int(count), oldest) for kind, state, count, oldest in rows]


def outbox(tx: Tx) -> tuple[int, float | None]:
    """How many mails wait to be sent, and since when the oldest could be."""
    count, oldest = tx.all("SELECT COUNT(*), MIN(not_before) FROM mail WHERE state IN ('queued', 'unknown')")[
        0
    ]
    return int(count), oldest


def held_acts(tx: Tx) -> list[tuple[str, str, int]]:
    """(family, ``held`` or ``released``, how many) of the acts that are not done and not dropped."""
    rows = tx.all(
        """SELECT family, state, COUNT(*) FROM held_act WHERE state IN ('held', 'released')
           GROUP BY family, state ORDER BY family, state"""
    )
    return [(family, state, int(count)) for family, state, count in rows]
