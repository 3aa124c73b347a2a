"""Whether this site works: what a load balancer, a container and `tickworks health` ask."""

from __future__ import annotations

from collections.abc import Callable

from domain.time.clock import Clock
from store import database, migrate, setting
from store.errors import DatabaseError

#: A beat that has not ticked for so long, in seconds, stands still.
BEAT_SILENT = 120.0


def problems(clock: Clock, broker_reachable: Callable[[], bool]) -> list[str]:
    """What stands in the way of runs, one line each; empty when all is well. Reads only."""
    try:
        return [*_database(clock), *_broker(broker_reachable)]
    except DatabaseError as error:
        return [f"database: {error}"]


def _database(clock: Clock) -> list[str]:
    if pending := migrate.pending():
        return [f"database: {len(pending)} migrations are not applied: `tickworks migrate`"]
    tick = setting.get(database.read(), "beat")
    if tick is None:
        return ["beat: it has never ticked: start `tickworks up` or `tickworks beat`"]
    silent = clock.now() - float(tick["at"])
    if silent > BEAT_SILENT:
        return [f"beat: no tick for {silent:.0f} s: start `tickworks up` or `tickworks beat`"]
    return []


def _broker(reachable: Callable[[], bool]) -> list[str]:
    return [] if reachable() else ["broker: it cannot be reached: check [broker] url and the server"]
