"""The sweep: every two seconds, repeat whatever a lost message or a dead process left undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from coordinator import rescue
from coordinator.grants import RunMessage, grant_pass
from coordinator.leases import LeaseWatch
from coordinator.world import Rules
from domain.time.settle import ON_TIME
from store import database, process
from store.errors import DatabaseError
from store.run import cancelled, granted
from store.tx import Tx

#: Seconds between two sweeps.
INTERVAL = 2.0
#: Seconds between two looks at the leases: a counter's last move is known so well.
LEASE_LOOK = 1.0
#: A grant that nobody claimed for this long is told again, and after RETURN_AFTER taken back.
RESEND_AFTER = 3.0
RETURN_AFTER = 60.0
#: A node that has been lost for this long has left.
LEFT_AFTER = 3600.0

#: Whether there is anything that a sweep could change: a run that has not ended, or a lost node. The orders
#: have their indexes walked; by old statistics PostgreSQL would seek the first of many in the whole table.
_ANYTHING = """
    SELECT (SELECT id FROM run WHERE state IN ('granted', 'running') ORDER BY process_id LIMIT 1) IS NOT NULL
        OR (SELECT id FROM run WHERE state = 'queued' ORDER BY priority, queued_at, id LIMIT 1) IS NOT NULL
        OR EXISTS (SELECT 1 FROM node WHERE state = 'lost')"""


@dataclass(slots=True)
class Swept:
    """What one sweep did; publish the messages."""

    messages: list[RunMessage] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # processes given up, as "node/name"


class Sweeper:
    """One per system worker; several may run at once."""

    def __init__(
        self,
        rules: Rules,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        renewed: Callable[[], float],
    ) -> None:
        """``renewed``: the monotonic moment at which this process's own lease was last renewed."""
        self._rules = rules
        self._now = now
        self._monotonic = monotonic
        self._renewed = renewed
        self._watch = LeaseWatch(rules.lease, longest_gap=max(3 * INTERVAL, rules.lease / 2))

    def sweep(self) -> Swept:
        """Give up dead processes, tell unclaimed grants again, grant what can be granted.

        Raises DatabaseAway; nothing is undone by that.
        """
        swept = self.leases()
        try:
            if database.read().value(_ANYTHING):
                swept.messages += database.write(self._look_again)
        except DatabaseError:
            self._watch.interrupted()
            raise
        return swept

    def leases(self) -> Swept:
        """Give up dead processes alone. Raises DatabaseAway; nothing is undone by that."""
        swept = Swept()
        try:
            live, now = process.live(database.read()), self._monotonic()
            if now - self._renewed() > self._rules.lease / 2:
                # A database that can be read but not written (a lock, a full disk): nobody can renew.
                self._watch.interrupted()
            for dead in self._watch.lapsed(live, now):
                self._give_up(dead, swept)
        except DatabaseError:
            self._watch.interrupted()
            raise
        return swept

    def next_leases(self) -> float:
        """The monotonic moment at which to look at the leases again: soon, or as the next one lapses."""
        return min(self._monotonic() + LEASE_LOOK, self._watch.next_lapse)

    def look(self) -> list[RunMessage]:
        """One grant pass over the whole line, as a message of the coordinator's queue asks for.

        Any thread may take it. Raises DatabaseAway.
        """

        def work(tx: Tx) -> list[RunMessage]:
            tx.hand_over_lock()
            return grant_pass(tx, self._rules, self._now()).messages

        return database.write(work)

    def _give_up(self, dead: process.LiveProcess, swept: Swept) -> None:
        reason = f"{dead.node}/{dead.name} did not renew its lease for {self._rules.lease:g} s"

        def work(tx: Tx) -> list[RunMessage] | None:
            return rescue.give_up(tx, dead, self._rules, now=self._now(), reason=reason)

        messages = database.write(work)
        if messages is not None:
            swept.messages += messages
            swept.lost.append(f"{dead.node}/{dead.name}")

    def _look_again(self, tx: Tx) -> list[RunMessage]:
        now = self._now()
        tx.grant_lock()
        rescue.bury_orphans(tx, now)
        self._unplaceable(tx, now)
        cancelled.skip_stopped(tx, now)
        cancelled.miss_away(tx, now, ON_TIME)
        again = [
            # To its node alone: whoever heard of it first may be of a release that does not know it.
            RunMessage(run_id, fence, service, node, roles)
            for run_id, service, _, roles, node, fence in granted.unclaimed(tx, now - RESEND_AFTER)
        ]
        granted.sent_again(tx, [message.run_id for message in again], now)
        tx.run(
            "UPDATE node SET state = 'left', state_at = ? WHERE state = 'lost' AND state_at < ?",
            (now, now - LEFT_AFTER),
        )
        return again + grant_pass(tx, self._rules, now).messages

    def _unplaceable(self, tx: Tx, now: float) -> None:
        """Take back grants whose node has gone, or that nobody claimed for long."""
        rows = tx.all(
            """SELECT r.id FROM run r LEFT JOIN node n ON n.name = r.node AND n.state = 'up'
               WHERE r.state IN ('granted', 'running') AND r.state = 'granted'
                 AND (n.name IS NULL OR r.granted_at < ?
                   OR NOT EXISTS (SELECT 1 FROM process p
                                  WHERE p.node = r.node AND p.kind = 'worker' AND p.state = 'up'))""",
            (now - RETURN_AFTER,),
        )
        granted.withdraw(tx, [row[0] for row in rows])
