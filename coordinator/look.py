"""The look at one moment: who holds, what is free, and those who wait, as rows become a `World`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from coordinator.installed import services_of
from coordinator.world import Holder, NodeSlots, Rules, Waiter, World
from store import setting
from store.run import waiting
from store.tx import Statement, Tx

#: The world, and those of the waiters that were looked at.
Looked = tuple[World, list[Waiter]]

#: Whether maintenance mode is on, and whether some run waited for a slot at the last look.
_MARKS: Statement = (f"SELECT EXISTS ({setting.MAINTENANCE[0]}), EXISTS ({waiting.FOR_SLOTS[0]})", ())


def look(tx: Tx, rules: Rules, now: float, scope: Statement) -> Looked:
    """The world and the waiters of `scope` at this moment."""
    return look_with(tx, rules, now, scope, [])[1]


def look_with(
    tx: Tx, rules: Rules, now: float, scope: Statement, before: Sequence[Statement]
) -> tuple[list[list[Any]], Looked]:
    """The answers of some statements, and the look that sees what they have done, in one round trip."""
    (*answers, rows), world = look_around(tx, rules, now, [*before, scope])
    return answers, (world, [waiter_of(row, now) for row in rows])


def look_around(
    tx: Tx, rules: Rules, now: float, before: Sequence[Statement]
) -> tuple[list[list[Any]], World]:
    """The same without a look at who waits."""
    *answers, nodes, active, held, marks = tx.batch(
        [*before, waiting.NODES, waiting.ACTIVE, waiting.HELD, _MARKS]
    )
    maintenance, for_slots = map(bool, marks[0])
    world = World(now, rules.age_step, rules.reserve_after, maintenance=maintenance)
    world.slot_waiters = for_slots
    services = services_of(tx, [(name, digest) for name, _, digest, _ in nodes])
    world.nodes = [
        NodeSlots(name, words(roles), services[name], int(slots)) for name, roles, _, slots in nodes
    ]
    by_name = {node.name: node for node in world.nodes}
    for node, service, limit_node, apart, count in active:
        limited = (service, limit_node, bool(apart))
        world.active[limited] = world.active.get(limited, 0) + count
        if node in by_name:
            by_name[node].busy += count
    world.held = {row[0]: Holder(row[1], row[2], row[3], row[4]) for row in held}
    return answers, world


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The names in a space-separated text."""
    return frozenset(text.split())


def waiter_of(row: tuple[Any, ...], now: float) -> Waiter:
    """A row of `store.run.waiting`."""
    paused = row[11] is not None and (row[12] is None or row[12] > now)
    return Waiter(
        run_id=row[0],
        service=row[1],
        title=row[2],
        for_node=row[3],
        roles=words(row[4]),
        groups=tuple(row[5].split()),
        priority=row[6],
        queued_at=row[7],
        not_before=row[8],
        preempt=bool(row[9]),
        paused=paused,
        parallel=row[10],
        limit_node=row[16],
        stopped=bool(row[17]),
        hold=bool(row[18]),
        apart=bool(row[19]),
        noted=(row[13], row[14], row[15]),
    )
