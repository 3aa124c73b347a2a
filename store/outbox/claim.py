"""A run takes a mail to send it; the mail of a run that has ended is given back.

A claim names the run and its fence. Whoever comes with an old one changes nothing: every change of
a claimed mail is guarded by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from store.tx import Tx, marks

#: The run of a claim still is what it was; given once for all guards.
ALIVE = "EXISTS (SELECT 1 FROM run r WHERE r.id = {run} AND r.fence = {fence} AND r.state = 'running')"

#: Where a mail goes back to that is not sent after all: a doubt about an earlier try stays with it.
_BACK = """CASE WHEN EXISTS (SELECT 1 FROM mail_try t WHERE t.mail_id = mail.id AND t.outcome = 'unknown')
           THEN 'unknown' ELSE 'queued' END"""

OURS = "id = ? AND state = 'sending' AND claim_run = ? AND claim_fence = ?"


class ClaimLost(Exception):
    """The mail is not ours any more: the run was taken for dead, and another may be sending it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is ours to send. `tries` made so far; `doubted`: an earlier one may have arrived.

    `family` may keep it as a file; None: the site's own.
    """

    mail_id: int
    run_id: int
    fence: int
    owner: str | None
    tries: int = 0
    doubted: bool = False
    family: str | None = None

    @property
    def key(self) -> tuple[int, int, int]:
        """The parameters of `OURS`."""
        return self.mail_id, self.run_id, self.fence


def waiting(tx: Tx, now: float, notices: bool = False, source: str | None = None) -> int:
    """How many mails are due at `now` (epoch seconds); with `notices` only those made of notifications.

    `source`: only those that this service wrote.
    """
    only = () if source is None else (source,)
    return int(tx.value(f"SELECT COUNT(*) FROM mail WHERE {_due(notices, source)}", (now, *only)))


def claim(
    tx: Tx,
    run_id: int,
    fence: int,
    now: float,
    skip: Sequence[str] = (),
    notices: bool = False,
    source: str | None = None,
    most: int = 1,
) -> list[Claim]:
    """Take the mails, `most` at most, that have waited longest and are due; first come first.

    `skip`: owners whose mail stays (``""``: the system). `source`: only what this service wrote. A run that
    does not run any more gets none. What another run is taking at this moment is passed over.
    """
    only = () if source is None else (source,)
    others = f"AND COALESCE(owner, '') NOT IN ({marks(skip)})" if skip else ""
    locked = f"{tx.for_update('mail')} SKIP LOCKED" if tx.dialect == "postgresql" else ""
    rows = tx.all(
        f"""UPDATE mail SET state = 'sending', claim_run = ?, claim_fence = ?, begun_at = NULL
            WHERE id IN (SELECT id FROM mail WHERE {_due(notices, source)} {others}
                         ORDER BY not_before, id LIMIT ? {locked})
              AND {ALIVE.format(run="?", fence="?")}
            RETURNING not_before, id, owner, tries,
                EXISTS (SELECT 1 FROM mail_try t WHERE t.mail_id = mail.id AND t.outcome = 'unknown'),
                family""",
        (run_id, fence, now, *only, *skip, most, run_id, fence),
    )
    return [
        Claim(mail_id, run_id, fence, owner, tries, bool(doubted), family)
        for _, mail_id, owner, tries, doubted, family in sorted(rows, key=lambda row: row[:2])
    ]


def release(tx: Tx, claimed: Claim, answer: str | None = None) -> bool:
    """Give back a mail of which nothing was sent; no try is counted. Whether it still was ours."""
    return (
        tx.run(
            f"""UPDATE mail SET state = {_BACK}, claim_run = NULL, claim_fence = NULL,
                                answer = COALESCE(?, answer)
                WHERE {OURS} AND begun_at IS NULL""",
            (answer, *claimed.key),
        )
        > 0
    )


def begin(tx: Tx, claimed: Claim, host: str, rate: int, now: float) -> float:
    """Say that the message may leave us from now on, as one of `rate` mails a minute to this host.

    0.0: go. More than that: nothing was changed, come again in so many seconds.
    Raises ClaimLost.
    """
    # This row is the lock that lets only one run count at a time.
    tx.later(
        "INSERT INTO mail_host (host, at) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET at = excluded.at",
        (host, now),
    )
    first = tx.value(
        "SELECT at FROM mail_try WHERE host = ? AND at > ? AND at <= ? ORDER BY at DESC LIMIT 1 OFFSET ?",
        (host, now - 60, now, rate - 1),
    )
    if first is not None:
        return max(0.1, float(first) + 60 - now)
    begun = tx.value(
        f"""UPDATE mail SET begun_at = ?, tries = tries + 1
            WHERE {OURS} AND begun_at IS NULL AND {ALIVE.format(run="claim_run", fence="claim_fence")}
            RETURNING tries""",
        (now, *claimed.key),
    )
    if begun is None:
        raise ClaimLost(f"mail {claimed.mail_id} was given back: run {claimed.run_id} was taken for dead")
    tx.later(
        "INSERT INTO mail_try (mail_id, n, host, at) VALUES (?, ?, ?, ?)",
        (claimed.mail_id, begun, host, now),
    )
    return 0.0


def _due(notices: bool, source: str | None = None) -> str:
    only = "AND EXISTS (SELECT 1 FROM notification n WHERE n.mail_id = mail.id)" if notices else ""
    ours = "" if source is None else "AND source = ?"
    return f"state IN ('queued', 'unknown') AND not_before <= ? {ours} {only}"
