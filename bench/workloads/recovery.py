"""How long it takes until everything goes on after a part was away."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import psutil

from bench.facts import WARM, lateness
from bench.ours import STACKS, Ours, OurSystem
from bench.servers import Servers
from bench.system import Plan
from bench.workload import Column, Contender, Size, Values, Workload
from bench.workloads.many import second_node, until_up
from bench.workloads.minute import next_minute

RUNS = 8
#: s that a part is away before and after the minute.
BEFORE, AFTER = 3.0, 5.0


def agent_killed(servers: Servers, size: Size, *, stack: str) -> Values:
    """kill -9 of the agent, which is started again at once, as a machine's init does."""
    with Ours(stack).opened(servers, Plan()) as system:
        numbers = _at_work(system, size)
        killed = time.monotonic_ns()
        system.site.kill()
        system.site.start()
        return _again(system, numbers, killed, size)


def node_gone(servers: Servers, size: Size) -> Values:
    """All processes of one of two nodes are killed and do not come back."""
    with Ours("servers").opened(servers, Plan()) as system, second_node(system, "n2"):
        until_up(2)
        _at_work(system, size)
        pids = set(system.site.workers())
        numbers = {fact.number for fact in system.facts.read() if fact.kind == "S" and fact.pid in pids}
        if not numbers:
            raise RuntimeError("no run was at work on the node that was to go")
        killed = time.monotonic_ns()
        for one in system.tree():
            with suppress(psutil.NoSuchProcess):
                one.kill()
        return _again(system, numbers, killed, size)


def beat_away(servers: Servers, size: Size, *, stack: str) -> Values:
    """The beat is frozen from before a minute until after it."""

    @contextmanager
    def away(system: OurSystem) -> Iterator[None]:
        pid = system.site.pid_of("beat")
        os.kill(pid, signal.SIGSTOP)
        yield
        with suppress(ProcessLookupError):  # its agent may have replaced it
            os.kill(pid, signal.SIGCONT)

    return _minute(servers, size, stack, away)


def broker_away(servers: Servers, size: Size) -> Values:
    """RabbitMQ is stopped before a minute and started again after it."""

    @contextmanager
    def away(system: OurSystem) -> Iterator[None]:
        servers.rabbitmq.stop()
        yield
        servers.rabbitmq.start()

    return _minute(servers, size, "servers", away)


def _at_work(system: OurSystem, size: Size) -> set[int]:
    system.send("long", RUNS, size.patience)
    if not system.facts.wait(WARM + RUNS, 30):
        raise RuntimeError(f"{system.facts.count() - WARM} of {RUNS} were at work")
    return set(range(RUNS))


def _again(system: OurSystem, numbers: set[int], killed: int, size: Size) -> Values:
    """s until the last of them has begun again; how many ended twice or not at all."""
    deadline = time.monotonic() + size.patience
    begun: dict[int, int] = {}
    while set(begun) < numbers and time.monotonic() < deadline:
        time.sleep(0.02)
        facts = [fact for fact in system.facts.read() if fact.number in numbers]
        begun = {fact.number: fact.at for fact in facts if fact.kind == "S" and fact.at > killed}
    with suppress(RuntimeError):
        system.settled(20)
    ends = Counter(fact.number for fact in system.facts.read() if fact.kind == "E")
    return {
        "again": (max(begun.values()) - killed) / 1e9 if set(begun) == numbers else None,
        "lost": float(sum(not ends[number] for number in numbers)),
        "doubled": float(sum(ends[number] > 1 for number in numbers)),
    }


def _minute(servers: Servers, size: Size, stack: str, away: Callable[[OurSystem], object]) -> Values:
    """s from when the part is back until the last service of the minute has begun."""
    with Ours(stack).opened(servers, Plan(schedule="minute", planned=size.planned)) as system:
        planned = next_minute(BEFORE + 2)
        time.sleep(planned - BEFORE - time.time())
        with away(system):  # type: ignore[attr-defined]
            time.sleep(max(0.0, planned + AFTER - time.time()))
        back = time.time()
        # The next minute's starts are not those of this one.
        end = min(back + size.patience, planned + 58)
        while len(lateness(system.facts.read(), planned)) < size.planned and time.time() < end:
            time.sleep(0.05)
        time.sleep(0.5)
        late = lateness(system.facts.read(), planned)
        if not late:
            raise RuntimeError("nothing of that minute ran")
        numbers = {fact.number for fact in system.facts.read() if lateness([fact], planned)}
        return {
            "again": planned + max(late) / 1000 - back,
            "lost": float(size.planned - len(numbers)),
            "doubled": float(len(late) - len(numbers)),
        }


def _contenders() -> Iterator[Contender]:
    for stack, name in STACKS.items():
        yield Contender(f"tickworks, {name}, agent killed", partial(agent_killed, stack=stack))
        yield Contender(f"tickworks, {name}, beat away", partial(beat_away, stack=stack))
    name = STACKS["servers"]
    yield Contender(f"tickworks, {name}, broker away", broker_away)
    yield Contender(f"tickworks, {name}, node gone", node_gone)


WORKLOAD = Workload(
    name="recovery",
    title="Recovery",
    says="Eight runs of 3 s are at work (`retry_lost`) when the agent is killed and started again, or one of "
    "two nodes is gone for good (lease 15 s): seconds until the last of its runs has begun again. Beat or "
    "broker are away from 3 s before a full minute until 5 s after it, 100 services due: seconds from its "
    "return until the last has begun. For a killed worker see W5.",
    columns=(
        Column("again", "going on after, s", 2),
        Column("lost", "lost", 0),
        Column("doubled", "doubled", 0),
    ),
    spread="again",
    contenders=tuple(_contenders()),
)
