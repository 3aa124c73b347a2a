"""The mail of runs that have ended without saying what became of it is free again."""

from __future__ import annotations

from domain.mail.retry import next_try
from store.outbox.claim import ALIVE, Claim
from store.outbox.ended import spoiled, unknown
from store.tx import Tx


def give_back(tx: Tx, now: float, most: int) -> int:
    """Free the mail of runs that do not run any more; how many. `most`: tries that a mail has.

    One that was under way may have arrived: it is `unknown`, and waits before it goes again.
    """
    rows = tx.all(
        f"""SELECT id, tries, begun_at, claim_run, claim_fence FROM mail
            WHERE state = 'sending' AND NOT {ALIVE.format(run="claim_run", fence="claim_fence")}
            ORDER BY id{tx.for_update("mail")}"""
    )
    return sum(_free(tx, Claim(row[0], row[3], row[4], None, row[1]), row[2], now, most) for row in rows)


def _free(tx: Tx, claimed: Claim, begun_at: float | None, now: float, most: int) -> bool:
    if begun_at is None:
        # It counts as a try: a mail that takes its run with it must come to an end too.
        again = next_try(now, claimed.tries + 1, most)
        return spoiled(tx, claimed, "the run ended before it was sent", now, again)
    again = next_try(now, claimed.tries, most, unknown=True)
    return unknown(tx, claimed, "the run ended in the middle of sending", now, again)
