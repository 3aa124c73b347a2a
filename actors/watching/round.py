"""One round: the checks that are due, all over one event loop, kept in batches as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.watching import found, secrets
from actors.watching.check import PARTS, Check, Probe, Readings, probe
from actors.watching.server import Server
from domain.monitoring import due
from domain.monitoring.check_state import CheckState
from domain.monitoring.due import Plan
from store.monitoring.check_state import Result, Start

if TYPE_CHECKING:
    from backends.probe.finding import Finding

#: Seconds between two writes of what has come in; results that come at once are one write.
TOGETHER = 0.5
PAUSE = 0.05
#: Beyond its own timeout a look may take so many s: a name to resolve, a server that is read twice.
LEEWAY = 30.0
MINUTE = 60


@dataclass
class Counts:
    """What a round did."""

    looked: int = 0
    good: int = 0
    bad: int = 0
    opened: int = 0
    closed: int = 0
    texts: list[str] = field(default_factory=list)


def add(total: Counts, more: Counts) -> None:
    """Add what another round did."""
    for each in fields(total):
        setattr(total, each.name, getattr(total, each.name) + getattr(more, each.name))


@dataclass(frozen=True)
class Due:
    """A check that is due, with its server and how it was found before."""

    check: Check
    server: Server
    start: Start
    before: str


def begin(context: Context) -> tuple[dict[int, Due], float | None]:
    """Begin a look at each check that is due; and when one is due again within the minute (epoch s)."""
    from store import database
    from store.monitoring import check_state
    from store.object import read

    tx, now = database.read(), context.now.timestamp()
    servers = {server["id"]: server for server in read.live(tx, "server", enabled=True)}
    plans = check_state.plans(tx)
    found: dict[int, Due] = {}
    following: list[float] = []  # of those that are due more often than the service comes
    for check in read.live(tx, "check", enabled=True):
        if check["server_id"] not in servers:
            continue
        revision, plan, before = plans.get(check["id"], (check["revision"], Plan(now), "unknown"))
        if revision != check["revision"]:
            plan = Plan(now, plan.busy_until)
        start = _started(check, plan, now)
        if check["interval"] < MINUTE:
            following.append(plan.due_at if start is None else start.due_at)
        if start is not None:
            found[check["id"]] = Due(check, servers[check["server_id"]], start, before)
    if found:
        starts = [each.start for each in found.values()]
        begun = database.write(lambda tx: check_state.begin(tx, starts, now), durable=False)
        found = {key: each for key, each in found.items() if key in begun}
    return found, min(following, default=None)


def _started(check: Check, plan: Plan, now: float) -> Start | None:
    name = f"{check['server']}/{check['name']}"
    planned = due.started(plan, name, check["interval"], now, 2 * check["timeout"] + LEEWAY)
    if planned is None:
        return None
    return Start(check["id"], check["revision"], planned.due_at, planned.busy_until)


def look(context: Context, waiting: Mapping[int, Due], *, at_once: int) -> Counts:
    """Make these checks, and keep what each found as it comes; those that a stop left out are due again.

    Raises DatabaseError: what was not kept by then is given up when its time is over.
    """
    counts, now = Counts(), context.now.timestamp()
    readings, probes = _probes(context, waiting, now)
    came: SimpleQueue[tuple[int, Finding]] = SimpleQueue()
    left = dict(waiting)
    with _sweeping(context, probes, waiting, came, at_once) as over:
        while left:
            ended = over()
            some = _taken(came, len(left))
            for key, _ in some:
                left.pop(key, None)
            if some:
                at = context.now.timestamp()
                results = [
                    found.result(waiting[key].check, waiting[key].start, each, at, waiting[key].before)
                    for key, each in some
                ]
                _keep(waiting, results, counts)
                context.progress(len(waiting) - len(left), len(waiting))
            if ended:
                break
    _last(waiting, left, readings, now)
    return counts


def _probes(context: Context, waiting: Mapping[int, Due], now: float) -> tuple[Readings, dict[int, Probe]]:
    from store import database
    from store.monitoring import server_state

    servers = {each.server["id"]: each.server for each in waiting.values()}
    secret = secrets.read(context.secret, servers.values(), [each.check for each in waiting.values()])
    parts: dict[int, set[str]] = {}
    for each in waiting.values():
        if part := PARTS.get(each.check["kind"]):
            parts.setdefault(each.server["id"], set()).add(part)
    earlier = server_state.counters(database.read()) if parts else {}
    readings = Readings(secret, now, parts, earlier)
    return readings, {
        key: probe(each.check, each.server, secret, readings, now) for key, each in waiting.items()
    }


@contextmanager
def _sweeping(
    context: Context,
    probes: Mapping[int, Probe],
    waiting: Mapping[int, Due],
    came: SimpleQueue[tuple[int, Finding]],
    at_once: int,
) -> Iterator[Callable[[], bool]]:
    """The sweep on a thread of its own, which must not write; gives whether it is over."""
    from backends.probe.sweep import sweep

    given_up: list[bool] = []
    longest = max(each.check["timeout"] for each in waiting.values()) + LEEWAY
    with ThreadPoolExecutor(1, "checks") as thread:
        asked = thread.submit(
            partial(
                sweep,
                probes,
                at_once=at_once,
                deadline=longest,
                stopping=lambda: bool(given_up) or context.stopping(),
                found=lambda key, finding: came.put((key, finding)),
            )
        )
        try:
            yield asked.done
        finally:
            given_up.append(True)
        asked.result()


def _taken(came: SimpleQueue[tuple[int, Finding]], most: int) -> list[tuple[int, Finding]]:
    """What comes within `TOGETHER` seconds, at most so many; a pause ends it."""
    some: list[tuple[int, Finding]] = []
    until = monotonic() + TOGETHER
    try:
        while len(some) < most and monotonic() < until:
            some.append(came.get(timeout=PAUSE if some else TOGETHER))
    except Empty:
        pass
    return some


def _keep(waiting: Mapping[int, Due], results: Sequence[Result], counts: Counts) -> None:
    from store import database, sample
    from store.monitoring import check_state
    from store.tx import Tx

    def write(tx: Tx) -> dict[int, CheckState]:
        states = check_state.end(tx, results)
        kept = [each for each in results if each.check_id in states]
        sample.add_all(
            tx,
            [
                (
                    sample.of_server(waiting[each.check_id].server["id"]),
                    found.figures(waiting[each.check_id].check, each),
                    each.at,
                )
                for each in kept
            ],
        )
        return states

    states = database.write(write, durable=False)
    for each in results:
        state = states.get(each.check_id)
        if state is None:
            continue
        counts.looked += 1
        counts.good += each.level == "good"
        counts.bad += each.level != "good"
        if state.changed_at == each.at:
            counts.opened += state.is_open
            counts.closed += not state.is_open
            if state.is_open:
                about = waiting[each.check_id].check
                counts.texts.append(f"{about['server']}/{about['name']}: {each.text}")


def _last(waiting: Mapping[int, Due], left: Mapping[int, Due], readings: Readings, now: float) -> None:
    """The counters of servers that were read, and the looks that were stopped."""
    from store import database
    from store.monitoring import check_state, server_state
    from store.tx import Tx

    said: list[Any] = [
        server_state.Said(key, now, True, counters=counters) for key, counters in readings.counters.items()
    ]

    def write(tx: Tx) -> None:
        server_state.keep(tx, said)
        check_state.give_back(tx, [each.start for each in left.values()], now)

    if said or left:
        database.write(write, durable=False)
