"""Why a run waits, in one true sentence: worked out on reading, by the code that decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from coordinator.decide import decide
from coordinator.look import look
from coordinator.world import Rules, Wait, Waiter, World
from domain.time.spoken import span
from store.run import waiting
from store.tx import Tx


@dataclass(frozen=True, slots=True)
class Explained:
    """A waiting run's reason: its code for programs, its sentence for people, and who is meant."""

    code: str
    sentence: str
    group: str | None
    holder: int | None
    ahead: int


def explain_all(tx: Tx, rules: Rules, now: float, zone: ZoneInfo) -> dict[int, Explained]:
    """Every queued run's reason at this moment, by run id."""
    world, waiters = look(tx, rules, now, waiting.all_waiting())
    world_as_found, _ = look(tx, rules, now, waiting.of_runs(tx.dialect, [0]))
    titles = {waiter.run_id: waiter for waiter in waiters}
    decision = decide(waiters, world)
    explained = {}
    for waiter in waiters:
        wait = decision.waits.get(waiter.run_id)
        text = sentence(waiter, wait, world_as_found, world, titles, zone)
        explained[waiter.run_id] = Explained(
            wait.code if wait else "next",
            text,
            wait.group if wait else None,
            wait.holder if wait else None,
            wait.ahead if wait else 0,
        )
    return explained


def sentence(
    waiter: Waiter, wait: Wait | None, before: World, world: World, waiters: dict[int, Waiter], zone: ZoneInfo
) -> str:
    """One sentence. ``before`` is the world as found, ``world`` with the grants of the next pass booked."""
    if wait is None:
        return "starts at the next look of the coordinator"
    if wait.code == "not_before":
        assert waiter.not_before is not None
        return f"not before {datetime.fromtimestamp(waiter.not_before, zone):%H:%M} (next try)"
    if wait.code == "disabled":
        return "its service was disabled: it is skipped at the next look of the coordinator"
    if wait.code == "paused":
        return "its service is paused"
    if wait.code == "maintenance":
        return "maintenance is on: nothing starts"
    if wait.code == "no_node":
        return _no_node(waiter, world)
    if wait.code == "parallel":
        limit = "one run" if waiter.parallel == 1 else f"{waiter.parallel} runs"
        where = f" on {waiter.limit_node}" if waiter.limit_node else ""
        if waiter.apart:
            return f"at most {limit} of its steps apart at once{where}: the earlier one has not ended"
        return f"at most {limit} of it at once{where}: the earlier one has not ended"
    if wait.code == "group":
        return f"waits for group {wait.group}, {_holder(wait, before, world, waiters)}{_ahead(wait.ahead)}"
    if wait.code == "reserved":
        rival = waiters.get(wait.holder or 0)
        who = f"{rival.title}, which has waited {span(world.now - rival.queued_at)}" if rival else "another"
        return f"waits for group {wait.group}, kept for {who}{_ahead(wait.ahead)}"
    eligible = world.eligible(waiter)
    there = frozenset().union(*(node.roles for node in eligible))
    where = waiter.for_node or " or ".join(sorted(waiter.roles & there))
    slots = sum(node.slots for node in eligible)
    busy = f"all {slots} slots of {where} are busy" if slots > 1 else f"the only slot of {where} is busy"
    return f"{busy}{_ahead(wait.ahead)}"


def _no_node(waiter: Waiter, world: World) -> str:
    if waiter.for_node:
        up = any(node.name == waiter.for_node for node in world.nodes)
        return f"node {waiter.for_node} " + ("cannot run it" if up else "is not up")
    if any(not waiter.roles.isdisjoint(node.roles) for node in world.nodes):
        return f"no node that is up has service {waiter.service} installed"
    return f"no node with role {' or '.join(sorted(waiter.roles))} is up"


def _holder(wait: Wait, before: World, world: World, waiters: dict[int, Waiter]) -> str:
    assert wait.group is not None
    holder = before.held.get(wait.group)
    if holder:
        return f"held by {holder.title} on {holder.node} for {span(world.now - holder.since)}"
    following = waiters.get(wait.holder or 0)
    return f"next taken by {following.title}" if following else "just taken"


def _ahead(count: int) -> str:
    return f"; {count} ahead" if count else ""
