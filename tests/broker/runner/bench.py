"""A runner on the engine's database: services are functions of the test, one thread executes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

from actors import Service
from broker.runner.active import ActiveRun
from broker.runner.engine import Engine as RunnerEngine
from broker.runner.run_log import RunLog
from broker.runner.runner import Runner
from store import database
from store.run import log as stored_log
from store.run.claimed import ClaimedRun
from tests.support.clock import FakeClock
from tests.support.engine import Engine
from tests.support.told import Told

CLAIMED: Mapping[str, Any] = {
    "run_id": 1,
    "service": "mail",
    "attempt": 1,
    "fence": 1,
    "trigger": "manual",
    "args": {},
    "options": {},
    "time_limit": 600.0,
    "retries": 0,
    "retry_lost": False,
    "logging": True,
    "groups": (),
    "queued_at": 0.0,
    "granted_at": 0.0,
    "started_at": 0.0,
}


def claimed_run(**given: Any) -> ClaimedRun:
    """A claimed run that no database knows."""
    values = {field.name: CLAIMED.get(field.name) for field in fields(ClaimedRun)}
    return ClaimedRun(**{**values, **given})


def run_log(folder: Path, **given: Any) -> RunLog:
    """The log of such a run; trouble with its file fails the test."""

    def trouble(text: str) -> None:
        raise AssertionError(text)

    return RunLog(claimed_run(**given), FakeClock(), folder, 1, trouble)


def texts(log: RunLog) -> list[str]:
    """The texts of the lines that nobody has taken yet."""
    return [line[4] for line in log.take()]


class Bench:
    """`add` services and `ask` for runs; `execute` does what a worker's thread does."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.services: dict[str, Service] = {}
        self.sent = Told()
        self.told: list[tuple[str, int]] = []

    def add(self, name: str, work: Callable[..., Any], **settings: Any) -> str:
        """A service of the site's own, with settings as `Engine.make_service` takes them."""
        self.services[name] = Service(name=name, title=name.title(), origin="own_services", work=work)
        self.engine.make_service(name, **settings)
        self.engine.write(lambda tx: tx.run("UPDATE service SET logging = TRUE"))
        return name

    @cached_property
    def runner(self) -> Runner:
        """The runner of the node's worker; make services and node first."""
        return Runner(
            RunnerEngine(
                services=self.services,
                here=self.engine.here(),
                rules=self.engine.rules,
                clock=self.engine.clock,
                log_folder=self.folder,
                publisher=self.sent,
                started=lambda run: self.told.append(("started", run.claimed.run_id)),
                ended=lambda run: self.told.append(("ended", run.claimed.run_id)),
            )
        )

    @property
    def active(self) -> ActiveRun:
        """The one attempt in execution."""
        (run,) = self.runner.active.all()
        return run

    def execute(self, run_id: int) -> dict[str, Any]:
        """Claim a granted run, execute it and what is handed over; its row afterwards."""
        claimed = self.engine.claim(run_id)
        assert claimed is not None
        self.runner.execute(claimed)
        return self.engine.run(run_id)

    def run(self, name: str, **asked: Any) -> dict[str, Any]:
        """Ask for a run that nothing stops, and execute it; its row afterwards."""
        return self.execute(self.engine.request(name, **asked))

    def attempts(self, run_id: int) -> list[str]:
        """How its attempts ended, in order."""
        return [
            row[0]
            for row in self.engine.rows("SELECT ended FROM attempt WHERE run_id = ? ORDER BY n", run_id)
        ]

    def log(self, run_id: int) -> list[str]:
        """The texts of its log, in the database."""
        return [line["text"] for line in stored_log.read(database.read(), run_id)]
