"""Tickworks as a contender: a site in processes of its own, on either stack."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pika
import pika.exceptions
import psutil

from bench import peers
from bench.facts import WARM, FactLog
from bench.long_history import copied
from bench.servers import Servers
from bench.system import HOLD, LONG, Plan, Sent
from broker.connect import connect
from broker.publish import Publisher
from coordinator.requested import Request
from coordinator.requests import request
from coordinator.world import Rules
from domain.time.clock import SystemClock
from store import database
from tests.support.site import RunningSite, running

STACKS = {"embedded": "SQLite, embedded", "servers": "PostgreSQL + RabbitMQ"}

SERVICES = """
import os, sys, time
os.environ["BENCH_LOG"] = {log!r}
sys.path.insert(0, {programs!r})
import facts
from dataclasses import dataclass
from actors import FixedTime, OnDemand, Periodic, service

@dataclass(frozen=True)
class Arguments:
    number: int = 0

def one(name, function, **header):
    return service(name=name, arguments=Arguments, **header)(function)

def planned(number):
    return lambda context: facts.note("N", number)

def held(context):
    facts.during(context.args["number"], {hold})

SERVICES = [
    one("noop", lambda context: facts.note("N", context.args["number"]), parallel=1000),
    one("excl", held, run_groups=("a",)),
    one("excl3", held, run_groups=("a", "b", "c")),
    one("long", lambda context: facts.during(context.args["number"], {long}), parallel=1000, retry_lost=True),
    *(one(f"planned_{{n:05d}}", planned(n), schedule={schedule}) for n in range({planned})),
]
"""
#: What is asked for, as SQL.
JOBS = "('noop', 'excl', 'excl3', 'long')"
#: The schedules of a `Plan`. The one that is never due is half a day away.
SCHEDULES = {
    "": "OnDemand()",
    "minute": "Periodic(minutes=1)",
    "never": 'FixedTime(times=(time.strftime("%H:%M", time.gmtime(time.time() + 43200)),), zone="UTC")',
}


@dataclass
class OurSystem:
    """A site that is up. `excl` is what the jobs in a group are: in one, or in three at once."""

    site: RunningSite
    facts: FactLog
    excl: str

    def __post_init__(self) -> None:
        self._broker = connect(self.site.broker_url)
        self._publisher, self._rules, self._clock = Publisher(self._broker), Rules(), SystemClock()
        self._connection: Any = None
        self._channel: Any = None

    def come_to_rest(self) -> None:
        """Wait for all its processes, and for what a new site runs at once: its first backup, first looks."""
        deadline = time.monotonic() + 60
        up = "SELECT COUNT(DISTINCT kind) FROM process WHERE state = 'up' AND kind IN ('system', 'beat')"
        busy = "SELECT COUNT(*) FROM run WHERE state IN ('queued', 'granted', 'running')"
        while database.read().value(up) < 2 or database.read().value(busy) or not self._requests_are_taken():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the site did not come to rest: {self.site.log.read_text()[-300:]}")
            time.sleep(0.1)

    def _requests_are_taken(self) -> bool:
        if self.site.broker_url == "database":
            return True
        with pika.BlockingConnection(pika.URLParameters(self.site.broker_url)) as connection:
            try:
                queue = connection.channel().queue_declare("tickworks.requests", passive=True)
            except pika.exceptions.ChannelClosedByBroker:
                return False
            return bool(queue.method.consumer_count)

    def force(self, service: str, number: int, **asked: Any) -> int:
        """As a requester of its own: insert, grant, commit, publish. The run's id."""
        wanted = Request(service=service, trigger="api", by="bench", args={"number": number}, **asked)
        accepted = self._publisher.write(lambda tx: request(tx, wanted, self._rules, self._clock.now()))
        return accepted.run_ids[0]

    def send(self, what: str, count: int, patience: float) -> Sent:
        words = what.split("_")
        service = self.excl if "excl" in words else "long" if "long" in words else "noop"
        ask = self.publish if "message" in words else self.force
        for number in range(WARM):
            ask("noop", -number - 1)
        if not self.facts.wait(WARM, 60):
            raise RuntimeError(f"the warm-up did not end; {self.site.log.read_text()[-500:]}")
        time.sleep(0.5)
        lines = 2 if service == self.excl else 1
        spaced = _Spaced(self.facts, lines, patience) if "spaced" in words else None
        return send_all(lambda number: ask(service, number), count, spaced)

    def publish(self, service: str, number: int) -> None:
        """Ask by a message to the request queue, as any AMQP client may."""
        if self._channel is None:
            self._connection = pika.BlockingConnection(pika.URLParameters(self.site.broker_url))
            self._channel = self._connection.channel()
        body = json.dumps({"service": service, "args": {"number": number}}).encode()
        properties = pika.BasicProperties(delivery_mode=2)
        self._channel.basic_publish("", "tickworks.requests", body, properties)

    def crash(self) -> int:
        pids = self.site.workers()
        moment = time.monotonic_ns()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        return moment

    def tree(self) -> list[psutil.Process]:
        agent = psutil.Process(self.site.pid)
        return [agent, *agent.children(recursive=True)]

    def settled(self, patience: float) -> None:
        deadline = time.monotonic() + patience
        unended = f"SELECT COUNT(*) FROM run WHERE service IN {JOBS} AND ended_at IS NULL"
        while open_runs := database.read().value(unended):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{open_runs} runs have not ended")
            time.sleep(0.05)
        if bad := database.read().value(
            f"SELECT COUNT(*) FROM run WHERE service IN {JOBS} AND state <> 'succeeded'"
        ):
            raise RuntimeError(f"{bad} runs have not succeeded")

    def close(self) -> None:
        self._broker.close()
        if self._connection is not None:
            self._connection.close()


@dataclass
class _Spaced:
    """Each is asked for when the one before has begun, after a rest of 30 to 90 ms."""

    facts: FactLog
    lines: int  # of one job
    patience: float

    def __post_init__(self) -> None:
        self.before, self.seed = self.facts.count(), Random(4)

    def rest(self) -> None:
        time.sleep(self.seed.uniform(0.03, 0.09))

    def wait(self, number: int) -> None:
        if not self.facts.wait(self.before + number * self.lines + 1, self.patience, 0.0005):
            raise RuntimeError(f"job {number} did not run")


def send_all(ask: Callable[[int], object], count: int, spaced: _Spaced | None) -> Sent:
    """Ask for so many."""
    sent = Sent(time.monotonic_ns(), 0)
    for number in range(count):
        if spaced:
            spaced.rest()
            sent.each.append(time.monotonic_ns())
        ask(number)
        if spaced:
            spaced.wait(number)
    sent.ended = time.monotonic_ns()
    return sent


class Ours:
    """Starts a site of `processes` workers on a stack."""

    def __init__(
        self,
        stack: str,
        *,
        excl: str = "excl",
        processes: int = 1,
        label: str = "",
        profiles: Sequence[str] = (),
    ) -> None:
        self.stack, self.excl, self.processes, self.profiles = stack, excl, processes, profiles
        self.name = f"tickworks, {STACKS[stack]}{label}"

    @contextmanager
    def opened(self, servers: Servers, plan: Plan) -> Iterator[OurSystem]:
        """A new site with an empty database; it is stopped afterwards."""
        with ExitStack() as last:
            folder = servers.new_folder()
            embedded = self.stack == "embedded"
            broker_url = "database" if embedded else last.enter_context(servers.vhost())
            if plan.history:
                url = last.enter_context(copied(servers, self.stack, plan.history))
            else:
                own = f"sqlite:///{folder}/var/bench.db"
                url = own if embedded else last.enter_context(servers.database())
            facts = FactLog(folder / "facts")
            node = {"processes": self.processes, "threads": plan.threads}
            site = RunningSite(
                folder,
                database_url=url,
                broker_url=broker_url,
                services=services_text(facts.path, plan),
                node=node,
                coordinator={"lease": 15.0, "grace": 10.0},
            )
            if self.profiles:
                file = folder / "tickworks.toml"
                line = f"[site]\nprofiles = {json.dumps(list(self.profiles))}\n"
                file.write_text(file.read_text().replace("[site]\n", line))
            last.enter_context(running(site))
            system = OurSystem(site, facts, self.excl)
            last.callback(system.close)
            system.come_to_rest()
            yield system


def services_text(log: Path, plan: Plan) -> str:
    """The module of the site's services."""
    return SERVICES.format(
        log=str(log),
        programs=str(peers.PROGRAMS),
        hold=HOLD,
        long=LONG,
        schedule=SCHEDULES[plan.schedule],
        planned=plan.planned,
    )
