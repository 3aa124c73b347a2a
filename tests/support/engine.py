"""The engine on the open database, without processes: everything happens when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from coordinator import requests
from coordinator.ends import NOBODY, Finished, finish_grouped, finish_singles, next_for
from coordinator.grants import Here, RunMessage, grant_pass
from coordinator.requested import Accepted, Request
from coordinator.sentence import explain_all
from coordinator.sweep import Sweeper, Swept
from coordinator.world import Rules
from schedules.edit import Editor
from schedules.ledger import Accounted, account
from schedules.take_over import take_over
from store import database, node, process, service
from store.run import cancelled
from store.run.claimed import ClaimedRun, claim
from store.run.ended import Ending
from store.service import Declared
from store.tx import Tx
from tests.support.clock import FakeClock

Result = TypeVar("Result")

#: A full minute, so that schedules are easy to reckon: 2027-01-15 08:00:00 UTC.
START = 1_800_000_000.0

DEFAULTS: dict[str, Any] = {
    "enabled": True,
    "rule": {"kind": "on_demand"},
    "priority": 5,
    "parallel": 1,
    "misfire": "once",
    "misfire_window": 300.0,
    "overlap": "queue_one",
    "time_limit": 600.0,
    "retries": 0,
    "retry_lost": False,
    "instances": "one",
    "roles": ["master"],
    "run_groups": [],
    "options": {},
}


class Engine:
    """The coordinator, the ledger and the store of a site, with a clock of its own."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.clock = FakeClock(START)
        self.rules = rules or Rules()
        self.zone = ZoneInfo("UTC")
        self.workers: dict[str, int] = {}  # node -> its (last) worker process
        monotonic = self.clock.monotonic
        self.sweeper = Sweeper(self.rules, self.clock.now, monotonic, renewed=monotonic)
        self._declared: dict[str, Declared] = {}
        self._roles: dict[str, frozenset[str]] = {}

    def write(self, work: Callable[[Tx], Result]) -> Result:
        return database.write(work)

    def rows(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return database.read().all(sql, params)

    def value(self, sql: str, *params: Any) -> Any:
        return database.read().value(sql, params)

    # What there is.

    def make_service(self, name: str, *, missing: str | None = None, **settings: Any) -> str:
        """A service of the catalogue; called again, the catalogue says something else of it."""
        defaults = {**DEFAULTS, **settings}
        title = name.replace("_", " ").title()
        self._declared[name] = Declared(
            name, title, defaults["rule"]["kind"], "test", "core", missing, defaults
        )
        self.sync()
        self.install(self._declared)
        return name

    def drop_service(self, name: str) -> None:
        """The catalogue has it no more, and no node."""
        del self._declared[name]
        self.install(self._declared)
        self.sync()

    def install(self, services: Iterable[str], node_name: str | None = None) -> None:
        """Every node (or one) has these services and no others, as if it had started with them."""
        listed = " ".join(services)
        nodes = self.rows("SELECT name, incarnation FROM node")
        known = [incarnation for name, incarnation in nodes if node_name in (None, name)]
        rows = [(listed, node.services_key(incarnation, listed), incarnation) for incarnation in known]
        sql = "UPDATE node SET services = ?, services_key = ? WHERE incarnation = ?"
        self.write(lambda tx: tx.many(sql, rows))

    def sync(self) -> list[str]:
        """A node starts: what its catalogue says is in force."""
        declared = list(self._declared.values())
        return self.write(lambda tx: take_over(tx, declared, self.clock.now(), self.zone))

    def make_node(self, name: str = "n1", *, roles: str = "master", slots: int = 8, agent: str = "a1") -> int:
        """A node that is up with one worker of so many slots; the worker's process."""
        self._roles[name] = frozenset(roles.split())
        self.write(
            lambda tx: node.join(
                tx,
                name=name,
                incarnation=f"{name}{agent}",
                roles=roles.split(),
                services=self._declared,
                host="here",
                version="1",
                now=self.clock.now(),
            )
        )
        return self.make_process(name, slots=slots, agent=agent)

    def make_process(
        self, node_name: str = "n1", *, kind: str = "worker", slots: int = 8, agent: str = "a1"
    ) -> int:
        made = self.write(
            lambda tx: process.register(
                tx,
                node=node_name,
                kind=kind,
                name=f"{kind}-1",
                incarnation=f"{node_name}{agent}.{kind}",
                pid=1,
                slots=slots if kind == "worker" else 0,
                now=self.clock.now(),
            )
        )
        if kind == "worker":
            self.workers[node_name] = made
        return made

    def here(self, node_name: str = "n1", process_id: int | None = None) -> Here:
        return Here(
            process_id or self.workers[node_name],
            node_name,
            self._roles[node_name],
            frozenset(self._declared),
        )

    # What happens.

    def ask(self, name: str, **asked: Any) -> Accepted:
        """A request; raises Refused."""
        asked = {"trigger": "manual", "by": "tester", **asked}
        wanted = Request(service=name, **asked)
        return self.write(lambda tx: requests.request(tx, wanted, self.rules, self.clock.now()))

    def request(self, name: str, **asked: Any) -> int:
        """A request that makes one run; its id."""
        (run_id,) = self.ask(name, **asked).run_ids
        return run_id

    def claim(
        self, run_id: int, node_name: str | None = None, *, fence: int | None = None
    ) -> ClaimedRun | None:
        """The worker of the node that was chosen (or of `node_name`) claims a granted run."""
        row = self.run(run_id)
        wanted = (run_id, fence or row["fence"] or 0)
        where = node_name or row["node"] or next(iter(self.workers))
        process_id = self.workers[where]
        met = self.write(
            lambda tx: claim(tx, [wanted], process_id=process_id, node=where, now=self.clock.now())
        )
        return met.get(wanted[1])

    def start(self, name: str, **asked: Any) -> ClaimedRun:
        """Request a run that nothing stops, and claim it."""
        claimed = self.claim(self.request(name, **asked))
        assert claimed is not None
        return claimed

    def end(
        self, run: ClaimedRun, ended: str = "succeeded", *, here: Here | None = None, **more: Any
    ) -> Finished:
        """The attempt ends as a worker would end it; with `here` it goes on with the next run."""
        values: dict[str, Any] = {"retries": run.retries, "retry_lost": run.retry_lost, **more}
        now = self.clock.now()
        ending = Ending(run.run_id, run.fence, run.attempt, ended, now, **values)

        if run.groups:
            return self.write(lambda tx: finish_grouped(tx, ending, self.rules, here, groups=run.groups))
        finished = self.write(lambda tx: finish_singles(tx, [ending]))[0]
        if finished.ended is not None:
            after = self.write(lambda tx: next_for(tx, self.rules, here or NOBODY, now))
            finished.next, finished.messages = next(iter(after.taken), None), after.messages
        return finished

    def cancel(self, *run_ids: int) -> cancelled.Cancelled:
        def work(tx: Tx) -> cancelled.Cancelled:
            met = cancelled.cancel(tx, run_ids, by="tester", now=self.clock.now())
            grant_pass(tx, self.rules, self.clock.now())
            return met

        return self.write(work)

    def look(self) -> list[RunMessage]:
        """A look at the whole line; what it granted."""

        def work(tx: Tx) -> list[RunMessage]:
            tx.grant_lock()
            return grant_pass(tx, self.rules, self.clock.now()).messages

        return self.write(work)

    def sweep(self) -> Swept:
        return self.sweeper.sweep()

    def tick(self, *, grant: bool = False) -> Accounted:
        """The beat's minute: account for all services, and grant what it queued if asked to."""

        def work(tx: Tx) -> Accounted:
            tx.grant_lock()
            done = account(tx, service.rows(tx), self.clock.now(), self.zone)
            if grant:
                grant_pass(tx, self.rules, self.clock.now(), runs=done.queued)
            return done

        return self.write(work)

    def edit(self, work: Callable[[Editor], Result], **more: Any) -> Result:
        """One edit by an operator, with the look that follows it."""

        def both(tx: Tx) -> Result:
            result = work(Editor(tx, by="tester", now=self.clock.now(), zone=self.zone, **more))
            grant_pass(tx, self.rules, self.clock.now())
            return result

        return self.write(both)

    # What is seen.

    def run(self, run_id: int) -> dict[str, Any]:
        (row,) = database.read().dicts("SELECT * FROM run WHERE id = ?", (run_id,))
        return row

    def state(self, run_id: int) -> str:
        return str(self.run(run_id)["state"])

    def states(self, *run_ids: int) -> list[str]:
        return [self.state(run_id) for run_id in run_ids]

    def service(self, name: str) -> dict[str, Any]:
        row = service.one(database.read(), name)
        assert row is not None
        return row

    def sentence(self, run_id: int) -> str:
        return explain_all(database.read(), self.rules, self.clock.now(), self.zone)[run_id].sentence

    def held(self) -> dict[str, int]:
        """Group -> the run that holds it."""
        return dict(self.rows("SELECT run_group, run_id FROM membership WHERE held"))  # type: ignore[arg-type]

    def tallies(self, name: str, metric: str) -> dict[str, float]:
        rows = self.rows("SELECT label, value FROM tally WHERE service = ? AND metric = ?", name, metric)
        return dict(rows)  # type: ignore[arg-type]


def periodic(minutes: int, align: int = 0) -> Mapping[str, Any]:
    return {"kind": "periodic", "minutes": minutes, "align": align}
