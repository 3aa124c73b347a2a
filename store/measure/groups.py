"""Run groups, as the metrics count them."""

from __future__ import annotations

from store.tx import Tx


def groups(tx: Tx) -> dict[str, tuple[int, int, float | None]]:
    """Group -> (held, waiting runs and holds, since when the oldest waits) where somebody is a member.

    Whoever waits because an operator wants it so does not count as the oldest.
    """
    rows = tx.all(
        """SELECT m.run_group, SUM(CASE WHEN m.held THEN 1 ELSE 0 END),
                  SUM(CASE WHEN m.held THEN 0 ELSE 1 END),
                  MIN(CASE WHEN m.held OR r.wait_code IN ('paused', 'disabled', 'maintenance') THEN NULL
                           WHEN r.not_before > r.queued_at THEN r.not_before ELSE r.queued_at END)
           FROM membership m JOIN run r ON r.id = m.run_id GROUP BY m.run_group"""
    )
    return {group: (int(held), int(waiting), oldest) for group, held, waiting, oldest in rows}
