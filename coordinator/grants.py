"""The grant pass: under the grant lock, everybody who may start is granted.

All grants come through here: those made when a run is created, when one ends and when the sweep
looks again. It sends nothing: the caller publishes the run messages after its commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coordinator import reasons
from coordinator.decide import decide
from coordinator.look import Looked, look, waiter_of
from coordinator.world import Decision, Rules, Waiter, World
from store.run import granted, waiting
from store.run.claimed import ClaimedRun
from store.tx import Dialect, Statement, Tx

#: How many of a line are looked at when something gets free: a few first, which mostly take all there is.
#: The sweep looks at all.
FIRST_LOOK = 12
LOOK = 64


@dataclass(frozen=True, slots=True)
class RunMessage:
    """A granted run to be told to the workers: publish it after the commit.

    ``for_node`` is the node whose workers are told; empty for all of these roles.
    """

    run_id: int
    fence: int
    service: str
    for_node: str
    roles: str


@dataclass(frozen=True, slots=True)
class Here:
    """The process that could take a run itself: its node, its id, and what it can execute."""

    process_id: int
    node: str
    roles: frozenset[str]
    services: frozenset[str]

    def can_take(self, waiter: Waiter) -> bool:
        """True when this process may execute it."""
        mine = waiter.for_node == self.node if waiter.for_node else not waiter.roles.isdisjoint(self.roles)
        return mine and waiter.service in self.services and not waiter.hold


@dataclass(slots=True)
class Pass:
    """What a grant pass did."""

    messages: list[RunMessage]
    taken: list[ClaimedRun] = field(default_factory=list)  # claimed for `here`
    closed: bool = False  # the transaction has ended with it
    more: bool = False  # somebody still waits in the line that was looked at
    full: frozenset[str] = frozenset()  # services of which a run waits for a slot


def grant_pass(
    tx: Tx,
    rules: Rules,
    now: float,
    *,
    groups: Sequence[str] | None = None,
    runs: Sequence[int] | None = None,
    here: Here | None = None,
    take: int = 1,
    last: bool = False,
    looked: Looked | None = None,
) -> Pass:
    """Grant all that may start; the caller holds the grant lock.

    With ``groups`` only those who wait for these are looked at, with ``runs`` only these runs, with
    ``here`` alone the first in line; with none of them, the whole line. Added to a part of the line are
    those who could be before it: at its groups, and for a free slot. ``here`` takes the first ``take`` runs
    it can execute: these are claimed instead of granted.

    With ``last`` nobody says anything after it: its grants may end the transaction. ``looked``: the first
    look at these groups, or at these runs, if the caller has taken it (`look_with`).

    A part of the line is at most `LOOK` long; whoever stands behind so many that cannot start is granted
    by the next look at the whole line, which the sweep takes.
    """
    if (groups is not None and not groups) or (runs is not None and not runs):
        return Pass([])
    part = groups is not None or runs is not None or here is not None
    if part and looked is None:
        tx.by_keys()
    for most in (FIRST_LOOK, LOOK):
        world, found = looked or look(
            tx, rules, now, _scope(tx.dialect, rules, now, groups, runs, here, most)
        )
        waiters, looked = found, None
        if groups is not None or runs is not None:
            waiters = _with_slot_line(tx, world, waiters)
        if not waiters:
            return Pass([])
        if part:
            waiters = _with_rivals(tx, world, waiters, set(groups or ()))
        world.prefer = here.node if here else ""
        decision = decide(waiters, world)
        if runs is not None or not part or len(found) < most or _all_taken(world, groups):
            break
    if groups is None and here is None:
        reasons.note(tx, now, waiters, decision.waits)
    return _carry_out(tx, world, waiters, decision, here, take, last)


def _scope(
    dialect: Dialect,
    rules: Rules,
    now: float,
    groups: Sequence[str] | None,
    runs: Sequence[int] | None,
    here: Here | None,
    most: int,
) -> Statement:
    if groups is not None:
        return waiting.of_groups(dialect, groups, now, rules.age_step, most)
    if runs is not None:
        return waiting.of_runs(dialect, runs)
    if here is not None:
        return waiting.first_in_line(dialect, now, rules.age_step, most)
    return waiting.all_waiting()


def _all_taken(world: World, groups: Sequence[str] | None) -> bool:
    """Whether nobody further behind could start: no slot is left, or none of these groups."""
    if groups is not None:
        return world.held.keys() >= set(groups)
    return all(node.free <= 0 for node in world.nodes)


def _with_slot_line(tx: Tx, world: World, waiters: list[Waiter]) -> list[Waiter]:
    """Add those who wait for nothing but a slot while one is free: it is theirs if they come first."""
    if not world.slot_waiters or all(node.free <= 0 for node in world.nodes):
        return waiters
    statement = waiting.first_in_line(tx.dialect, world.now, world.age_step, LOOK)
    return waiters + _others(tx, world, statement, waiters)


def _with_rivals(tx: Tx, world: World, waiters: list[Waiter], seen: set[str]) -> list[Waiter]:
    """Add those who may have reserved a group of these, and those who may have reserved one of theirs."""
    fresh = waiters
    while others := {group for waiter in fresh for group in waiter.groups} - seen - world.held.keys():
        seen = seen | others
        statement = waiting.of_groups(tx.dialect, sorted(others), world.now, world.age_step, LOOK)
        fresh = _others(tx, world, statement, waiters)
        waiters = waiters + fresh
    return waiters


def _others(tx: Tx, world: World, statement: Statement, known: Sequence[Waiter]) -> list[Waiter]:
    ids = {waiter.run_id for waiter in known}
    found = [waiter_of(row, world.now) for row in tx.all(*statement)]
    return [waiter for waiter in found if waiter.run_id not in ids]


def _carry_out(
    tx: Tx,
    world: World,
    waiters: list[Waiter],
    decision: Decision,
    here: Here | None,
    take: int,
    last: bool,
) -> Pass:
    by_id = {waiter.run_id: waiter for waiter in waiters}
    full = frozenset(by_id[run_id].service for run_id, wait in decision.waits.items() if wait.code == "slots")
    done = Pass([], more=bool(decision.waits), full=full)
    if here:
        mine = [
            grant.run_id
            for grant in decision.grants
            if grant.node == here.node and here.can_take(by_id[grant.run_id])
        ][:take]
        done.closed = _close(tx, last and 0 < len(mine) == len(decision.grants))
        done.taken = granted.grant_and_claim(
            tx,
            mine,
            grouped=[run_id for run_id in mine if by_id[run_id].groups],
            process_id=here.process_id,
            node=here.node,
            now=world.now,
        )
        if done.closed:
            return done
    taken = {run.run_id for run in done.taken}
    rest = [grant for grant in decision.grants if grant.run_id not in taken]
    held = [grant.run_id for grant in rest if by_id[grant.run_id].hold]
    done.closed = _close(tx, last and bool(rest) and not held)
    fences = granted.grant(
        tx,
        [(grant.run_id, grant.node) for grant in rest],
        world.now,
        grouped=[grant.run_id for grant in rest if grant.groups],
    )
    granted.begin_holds(tx, held, world.now)
    for grant in rest:
        if grant.run_id in held or grant.run_id not in fences:
            continue
        roles = by_id[grant.run_id].roles
        # A node that does not know the service must not be the one that takes the message.
        only = grant.for_node or ("" if world.of_one_mind(roles, grant.service) else grant.node)
        done.messages.append(
            RunMessage(grant.run_id, fences[grant.run_id], grant.service, only, " ".join(sorted(roles)))
        )
    return done


def _close(tx: Tx, last: bool) -> bool:
    if last:
        tx.last()
    return last
