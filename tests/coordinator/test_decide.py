"""Who may start now, and why do the others wait?"""

from __future__ import annotations

import random
from collections import Counter

import pytest

from coordinator.decide import decide
from coordinator.world import Decision, Grant, Holder, NodeSlots, Waiter, World

NOW = 1000.0
AGE_STEP = 60.0
RESERVE_AFTER = 60.0
ROLES = ("master", "calc", "report")
GROUPS = ("a", "b", "c", "d")
#: What stops a run for good or for its own sake: such a run is in nobody's way.
OWN_FAULT = {"not_before", "disabled", "paused", "maintenance", "no_node"}


def waiter(run_id: int, **more: object) -> Waiter:
    values: dict[str, object] = {
        "service": f"s{run_id}", "for_node": "", "roles": frozenset({"master"}), "groups": (),
        "priority": 5, "queued_at": NOW, **more,
    }  # fmt: skip
    return Waiter(run_id=run_id, title=f"S {run_id}", **values)  # type: ignore[arg-type]


def world(*nodes: NodeSlots, **more: object) -> World:
    found = World(NOW, AGE_STEP, RESERVE_AFTER, **more)  # type: ignore[arg-type]
    found.nodes = list(nodes) or [node()]
    return found


def node(name: str = "n1", slots: int = 8, roles: str = "master") -> NodeSlots:
    return NodeSlots(name, frozenset(roles.split()), frozenset(f"s{n}" for n in range(100)), slots)


def granted(decision: Decision) -> list[int]:
    return [grant.run_id for grant in decision.grants]


def codes(decision: Decision) -> dict[int, str]:
    return {run_id: wait.code for run_id, wait in decision.waits.items()}


def test_priority_goes_before_age_and_age_before_id() -> None:
    line = [waiter(1, queued_at=NOW - 1), waiter(2, queued_at=NOW - 2), waiter(3, priority=4)]
    assert granted(decide(line, world(node(slots=3)))) == [3, 2, 1]
    assert granted(decide([waiter(5), waiter(4)], world(node(slots=3)))) == [4, 5]


@pytest.mark.parametrize(("waited", "first"), [(59.0, 2), (60.0, 1)])
def test_each_age_step_of_waiting_is_worth_one_step_of_priority(waited: float, first: int) -> None:
    line = [waiter(1, priority=5, queued_at=NOW - waited), waiter(2, priority=4)]
    assert granted(decide(line, world(node(slots=1)))) == [first]


def test_ageing_ends_at_the_best_priority() -> None:
    line = [waiter(1, priority=5, queued_at=NOW - 9999), waiter(2, priority=5, queued_at=NOW - 8888)]
    assert granted(decide(line, world(node(slots=1)))) == [1]


def test_a_run_gets_all_its_groups_or_none() -> None:
    now = world(held={"b": Holder(9, "S 9", "n1", NOW)})
    decision = decide([waiter(1, groups=("a", "b")), waiter(2, groups=("a",))], now)
    assert (granted(decision), codes(decision)) == ([2], {1: "group"})
    assert now.held["a"].run_id == 2


@pytest.mark.parametrize(("waited", "grants"), [(59.0, [2]), (60.0, [])])
def test_one_that_has_waited_long_keeps_its_groups_from_later_ones(waited: float, grants: list[int]) -> None:
    now = world(held={"b": Holder(9, "S 9", "n1", NOW)})
    line = [waiter(1, groups=("a", "b"), queued_at=NOW - waited), waiter(2, groups=("a",))]
    assert granted(decide(line, now)) == grants


def test_the_clock_of_the_machine_that_asked_may_be_ahead() -> None:
    assert granted(decide([waiter(1, queued_at=NOW + 500)], world())) == [1]


@pytest.mark.parametrize(
    "reason", [{"paused": True}, {"stopped": True}, {"not_before": NOW + 1}, {"roles": frozenset({"calc"})}]
)
def test_one_that_could_not_start_anyway_is_in_nobodys_way(reason: dict[str, object]) -> None:
    line = [waiter(1, groups=("a",), queued_at=NOW - 999, priority=0, **reason), waiter(2, groups=("a",))]
    assert granted(decide(line, world())) == [2]


def test_a_run_of_one_node_waits_for_that_node() -> None:
    full = node("n1", slots=0)
    decision = decide([waiter(1, for_node="n1"), waiter(2)], world(full, node("n2")))
    assert (granted(decision), codes(decision)) == ([2], {1: "slots"})


def test_the_node_with_the_most_room_is_taken() -> None:
    small, large = node("n1", slots=2), node("n2", slots=4)
    grants = decide([waiter(n) for n in range(6)], world(small, large)).grants
    assert Counter(grant.node for grant in grants) == {"n1": 2, "n2": 4}


def test_a_preempting_run_goes_first_and_reserves_at_once() -> None:
    now = world(held={"b": Holder(9, "S 9", "n1", NOW)})
    first = waiter(2, groups=("a", "b"), preempt=True)
    decision = decide([waiter(1, groups=("a",), priority=0, queued_at=NOW - 50), first], now)
    assert (granted(decision), codes(decision)) == ([], {1: "reserved", 2: "group"})


@pytest.mark.parametrize("seed", range(4))
def test_every_verdict_stands_up_to_a_naive_second_look(seed: int) -> None:
    chance = random.Random(seed)
    for number in range(400):
        line, now = _line(chance), _world(chance)
        _check(line, now, _copy(now), f"seed {seed}, world {number}")


def _check(line: list[Waiter], now: World, fresh: World, which: str) -> None:
    decision = decide(line, now)
    grants = {grant.run_id: grant for grant in decision.grants}
    assert grants.keys() | decision.waits.keys() == {one.run_id for one in line}, which
    assert not grants.keys() & decision.waits.keys(), which
    reserved: set[str] = set()
    for one in sorted(line, key=_place):
        stops = _stops(one, fresh, reserved)
        if one.run_id in grants:
            assert not stops, (which, one, stops)
            _start(one, grants[one.run_id], fresh, which)
            continue
        assert decision.waits[one.run_id].code in stops, (which, one, stops)
        own = stops & OWN_FAULT or (stops & {"parallel"} and "group" not in stops)
        if not own and (one.preempt or NOW - one.queued_at >= RESERVE_AFTER):
            reserved |= set(one.groups)


def _place(one: Waiter) -> tuple[object, ...]:
    better = 0
    while better < one.priority and NOW - one.queued_at >= AGE_STEP * (better + 1):
        better += 1
    return (0 if one.preempt else 1, one.priority - better, one.queued_at, one.run_id)


def _stops(one: Waiter, now: World, reserved: set[str]) -> set[str]:
    able = [n for n in now.nodes if one.service in n.services and _allowed(one, n)]
    found = {
        "not_before": one.not_before is not None and one.not_before > NOW,
        "disabled": one.stopped,
        "paused": one.paused,
        "maintenance": now.maintenance,
        "no_node": not able,
        "group": any(group in now.held for group in one.groups),
        "parallel": now.active.get((one.service, one.limit_node, one.apart), 0) >= one.parallel,
        "reserved": any(group in reserved for group in one.groups),
        "slots": bool(able) and all(n.busy >= n.slots for n in able),
    }
    return {code for code, stops in found.items() if stops}


def _allowed(one: Waiter, there: NodeSlots) -> bool:
    return there.name == one.for_node if one.for_node else bool(one.roles & there.roles)


def _start(one: Waiter, grant: Grant, now: World, which: str) -> None:
    (there,) = [n for n in now.nodes if n.name == grant.node]
    assert one.service in there.services, which
    assert _allowed(one, there), which
    assert there.busy < there.slots, which
    there.busy += 1
    key = (one.service, one.limit_node, one.apart)
    now.active[key] = now.active.get(key, 0) + 1
    for group in one.groups:
        now.held[group] = Holder(one.run_id, one.title, grant.node, NOW)


def _line(chance: random.Random) -> list[Waiter]:
    found = []
    for run_id in range(1, chance.randint(1, 12)):
        bound = chance.choice(["", "", "", "n0", "n1", "gone"])
        each = bool(bound) and chance.random() < 0.5
        found.append(
            waiter(
                run_id,
                service=f"s{chance.randint(1, 6)}",
                for_node=bound,
                limit_node=bound if each else "",
                roles=frozenset(chance.sample(ROLES, chance.randint(1, 2))),
                groups=tuple(chance.sample(GROUPS, chance.choice([0, 0, 1, 1, 2, 3]))),
                priority=chance.choice([0, 2, 5, 10]),
                queued_at=NOW - chance.choice([-5, 0, 1, 30, 59, 60, 61, 200, 700]),
                not_before=chance.choice([None, None, None, NOW - 1, NOW, NOW + 9]),
                preempt=chance.random() < 0.1,
                paused=chance.random() < 0.1,
                stopped=chance.random() < 0.1,
                parallel=chance.choice([1, 1, 2]),
                apart=chance.random() < 0.2,
            )
        )
    return found


def _world(chance: random.Random) -> World:
    found = world(maintenance=chance.random() < 0.05)
    found.nodes = [
        NodeSlots(
            f"n{n}",
            frozenset(chance.sample(ROLES, chance.randint(1, 3))),
            frozenset(f"s{k}" for k in range(1, 7) if chance.random() < 0.9),
            chance.randint(0, 4),
        )
        for n in range(chance.randint(0, 3))
    ]
    for group in chance.sample(GROUPS, chance.randint(0, 2)):
        found.held[group] = Holder(99, "S 99", "n0", NOW)
    for n in chance.sample(range(1, 7), chance.randint(0, 2)):
        found.active[f"s{n}", "", chance.random() < 0.2] = 1
    return found


def _copy(now: World) -> World:
    nodes = [NodeSlots(n.name, n.roles, n.services, n.slots, n.busy) for n in now.nodes]
    return World(
        now.now, now.age_step, now.reserve_after, now.maintenance, nodes, dict(now.held), dict(now.active)
    )
