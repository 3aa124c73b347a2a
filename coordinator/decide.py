"""Who may start now, and why the others wait: the one function that decides.

It is pure. The grant pass, the hand-over at a run's end and the sentences that operators read
all come from here, so that what is said and what is done cannot differ.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from coordinator.order import order_key
from coordinator.world import Decision, Grant, Holder, NodeSlots, Wait, Waiter, World


def decide(waiters: Iterable[Waiter], world: World) -> Decision:
    """Go through the waiters in order and grant each that nothing stops, all its groups or none.

    One that has waited `reserve_after` and is stopped only by groups or slots reserves its groups
    against those after it. One that could not run anyway (paused, no node, not yet) never does.
    `world` is booked: a grant takes its slot, its place in `active` and its groups.
    """
    grants: list[Grant] = []
    waits: dict[int, Wait] = {}
    reserved: dict[str, int] = {}
    line: Counter[str] = Counter()
    for waiter in sorted(waiters, key=lambda waiter: _key(waiter, world)):
        verdict = _judge(waiter, world, reserved, line)
        if isinstance(verdict, Grant):
            _book(waiter, verdict, world)
            grants.append(verdict)
            continue
        waits[waiter.run_id] = verdict
        if verdict.code in ("group", "reserved", "slots"):
            if _has_waited(waiter, world):
                for group in waiter.groups:
                    reserved.setdefault(group, waiter.run_id)
            line.update(waiter.groups)
            if verdict.code == "slots":
                line[_slot_line(waiter)] += 1
    return Decision(grants, waits)


def _judge(waiter: Waiter, world: World, reserved: dict[str, int], line: Counter[str]) -> Grant | Wait:
    """The first thing that stops a run, or its grant."""
    if waiter.not_before is not None and waiter.not_before > world.now:
        return Wait(waiter.run_id, "not_before")
    if waiter.stopped:
        return Wait(waiter.run_id, "disabled")
    if waiter.paused or world.maintenance:
        return Wait(waiter.run_id, "paused" if waiter.paused else "maintenance")
    eligible = [] if waiter.hold else world.eligible(waiter)
    if not eligible and not waiter.hold:
        return Wait(waiter.run_id, "no_node")
    for group in waiter.groups:
        if group in world.held:
            return Wait(waiter.run_id, "group", group, world.held[group].run_id, line[group])
    if not waiter.hold and world.active.get(waiter.limited, 0) >= waiter.parallel:
        return Wait(waiter.run_id, "parallel")
    for group in waiter.groups:
        if group in reserved:
            return Wait(waiter.run_id, "reserved", group, reserved[group], line[group])
    if waiter.hold:
        return Grant(waiter.run_id, waiter.service, waiter.for_node, waiter.for_node, waiter.groups)
    node = max(eligible, key=lambda node: (node.name == world.prefer and node.free > 0, *_roominess(node)))
    if node.free <= 0:
        return Wait(waiter.run_id, "slots", ahead=line[_slot_line(waiter)])
    return Grant(waiter.run_id, waiter.service, waiter.for_node, node.name, waiter.groups)


def _book(waiter: Waiter, grant: Grant, world: World) -> None:
    if not waiter.hold:
        world.active[waiter.limited] = world.active.get(waiter.limited, 0) + 1
        next(node for node in world.nodes if node.name == grant.node).busy += 1
        if grant.node == world.prefer:
            world.prefer = ""
    for group in waiter.groups:
        world.held[group] = Holder(waiter.run_id, waiter.title, grant.node, world.now)


def _key(waiter: Waiter, world: World) -> tuple[bool, int, float, int]:
    return order_key(
        run_id=waiter.run_id,
        priority=waiter.priority,
        queued_at=waiter.queued_at,
        now=world.now,
        age_step=world.age_step,
        preempt=waiter.preempt,
    )


def _has_waited(waiter: Waiter, world: World) -> bool:
    return waiter.preempt or world.now - waiter.queued_at >= world.reserve_after


def _roominess(node: NodeSlots) -> tuple[int, str]:
    return (node.free, node.name)


def _slot_line(waiter: Waiter) -> str:
    """The name of the line for slots that a run stands in; no group can be called so."""
    return " " + (waiter.for_node or "+".join(sorted(waiter.roles)))
