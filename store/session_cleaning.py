"""Sessions that nobody may use any more end; they, old tokens and old failed sign-ins go, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from store import database
from store.retention import Gone, Past
from store.session import ABSOLUTE, IDLE, limits
from store.sign_in_wait import FORGET
from store.tx import Tx

#: Both are looked at again by the change itself: a session that was seen meanwhile lives on.
_EXPIRED = "ended_at IS NULL AND (seen_at <= ? OR created_at <= ?)"
_EXPIRE = f"""
    UPDATE session SET ended_at = CASE WHEN seen_at + ? < created_at + ? THEN seen_at + ?
                                       ELSE created_at + ? END
    WHERE id IN (SELECT id FROM session WHERE {_EXPIRED} LIMIT ?) AND {_EXPIRED}"""

# A session was last seen before it ended, so that the index on `seen_at` finds what is old.
OLD_SESSIONS = Past("sessions", "session", "seen_at < ? AND ended_at < ?")
OLD_TOKENS = Past("tokens", "api_token", "(expires_at < ? OR revoked_at < ?)")


def expire(now: float, batch: int) -> Iterator[Gone]:
    """End what was idle for too long or is too old, as of the moment when it was."""
    return _in_batches("expired", partial(_expire, now=now, batch=batch), batch)


def forget_failures(now: float, batch: int) -> Iterator[Gone]:
    """Forget accounts and addresses whose last failed sign-in is long over; how many at a time."""
    old = "last_at < ? AND until <= ?"
    sql = f"""DELETE FROM sign_in_wait WHERE (kind, name) IN (SELECT kind, name FROM sign_in_wait
                                                              WHERE {old} LIMIT ?) AND {old}"""
    return _in_batches(
        "forgotten_failures", lambda tx: tx.run(sql, (now - FORGET, now, batch, now - FORGET, now)), batch
    )


def _expire(tx: Tx, now: float, batch: int) -> int:
    idle, absolute = limits(now)
    spans = (IDLE, ABSOLUTE, IDLE, ABSOLUTE)
    return tx.run(_EXPIRE, (*spans, idle, absolute, batch, idle, absolute))


def _in_batches(what: str, work: Callable[[Tx], int], batch: int) -> Iterator[Gone]:
    """One transaction after the other, until one finds less than a batch."""
    while True:
        met = database.write(work, durable=False)
        if met:
            yield what, met
        if met < batch:
            return
