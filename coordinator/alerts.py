"""The evaluator of alerts: about every 15 s, one node at a time compares what is wrong with what is open.

Every system worker calls `look`; a guarded UPDATE says whose turn it is. The facts are read outside of any
transaction, so that no writer waits for them, and what was found is dropped if a newer turn has begun.

Opening and resolving write events, which Events Manager mails. Nobody is told twice: a run that failed or
was missed, a daemon in a crash loop and a lost node have events of their own, made from the engine's tables
(`store.event.derive`), which say more than the alert. Their alerts write the type ``alert_known``, which the
default rule does not mail; all others, of which no event tells, write ``alert``, which it does (`tell` and
`resolve` of `store.alert`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coordinator.alert_facts import facts
from coordinator.world import Rules
from domain.alert.finding import Finding
from domain.alert.quiet import why_quiet
from domain.alert.rules import findings
from store import alert, database, mute
from store.alert import Key, Turn
from store.tx import Tx

#: Seconds between two looks of the whole site, and between two tries of one node to take its turn.
EVERY = 15.0
TRY = 5.0


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look has changed: how many alerts opened and were resolved."""

    opened: int = 0
    resolved: int = 0


class Evaluator:
    """One per system worker. `kinds`: job kind -> the service that carries it out."""

    def __init__(
        self,
        rules: Rules,
        zone: ZoneInfo,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        kinds: Mapping[str, str],
    ) -> None:
        self._rules = rules
        self._zone = zone
        self._now = now
        self._monotonic = monotonic
        self._kinds = kinds
        self._next = 0.0

    def look(self) -> Looked | None:
        """Open what is wrong and resolve what is over; None when it is not our turn. Raises DatabaseError."""
        if self._monotonic() < self._next:
            return None
        self._next = self._monotonic() + TRY
        turn = database.write(lambda tx: alert.take_turn(tx, self._now(), EVERY), durable=False)
        if turn is None:
            return None
        found = findings(facts(database.read(), self._rules, self._zone, self._now(), self._kinds))
        return database.write(lambda tx: self._compare(tx, turn, found))

    def _compare(self, tx: Tx, turn: Turn, found: Mapping[Key, Finding]) -> Looked | None:
        now = self._now()
        known = alert.open_rows(tx)
        fresh = {key: each for key, each in found.items() if key not in known}
        pending = {key: turn.pending.get(key, now) for key, each in fresh.items() if each.after}
        if not alert.keep_turn(tx, turn, pending):
            return None
        resolved = sum(alert.resolve(tx, row, now) for key, row in known.items() if key not in found)
        lasting = [(row["id"], found[key]) for key, row in known.items() if key in found]
        alert.seen(tx, lasting, now)
        ripe = [each for key, each in fresh.items() if now - pending.get(key, now) >= each.after]
        opened = [(made, each) for each in ripe if (made := alert.open_one(tx, each, now)) is not None]
        unheard = [
            (row["id"], found[key]) for key, row in known.items() if key in found and not row["told_at"]
        ]
        self._tell(tx, [*opened, *unheard], now)
        return Looked(len(opened), resolved)

    def _tell(self, tx: Tx, alerts: list[tuple[int, Finding]], now: float) -> None:
        """Those that were quiet and are no more are told now."""
        if not alerts:
            return
        mutes, windows = mute.mutes(tx, now), mute.windows(tx, now)
        for alert_id, each in alerts:
            quiet = why_quiet(each.rule, each.object, mutes, windows, now, self._zone)
            alert.tell(tx, alert_id, each, quiet is not None, now)
