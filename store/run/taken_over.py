"""A long run changes hands: from the worker that claimed it to the child that executes it."""

from __future__ import annotations

from store.run.claimed import ClaimedRun, details_of, read_details
from store.tx import Tx


def take_over(tx: Tx, run_id: int, fence: int, *, giver: int, taker: int, now: float) -> ClaimedRun | None:
    """Process `taker` goes on with a run that `giver` claimed; None if it is not `giver`'s any more."""
    met = tx.run(
        """UPDATE run SET process_id = ?, started_at = ?
           WHERE id = ? AND fence = ? AND state = 'running' AND process_id = ?""",
        (taker, now, run_id, fence, giver),
    )
    if not met:
        return None
    return read_details(tx.batch([details_of(taker, [fence])])[0], now)[fence]
