"""A whole Tickworks in processes of its own: what `tickworks up` starts, on a database of the test's."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from broker.connect import connect
from broker.publish import Publisher
from coordinator.requested import Accepted, Request
from coordinator.requests import request
from coordinator.world import Rules
from domain.time.clock import SystemClock
from store import database
from store.tx import Tx
from tests.support.process import end, start, wait_until
from tests.support.until import until

ROOT = Path(__file__).parents[2]

#: Short spans, so that a test of a lapse does not take its time.
QUICK = {"lease": 3.0, "grace": 1.0, "age_step": 60.0, "reserve_after": 60.0}

#: Where no lapse is asked for: a disk that is busy for a second or two must not end runs as lost.
PATIENT = {"lease": 30.0}


class RunningSite:
    """A site in a folder: its file, its services ("": only those of the catalogue), its processes."""

    def __init__(
        self,
        folder: Path,
        *,
        database_url: str,
        broker_url: str,
        services: str,
        node: Mapping[str, Any] | None = None,
        coordinator: Mapping[str, float] | None = None,
        name: str = "Tickworks",
        part: Sequence[str] = ("up", "--port", "0"),
    ) -> None:
        """``part``: the words of the command; ``("node",)`` starts a further node without a page."""
        self.folder = folder
        self.part = part
        self.name = name
        self.database_url = database_url
        self.broker_url = broker_url
        self.log = folder / "site.log"
        self.node = {"name": "n1", "processes": 2, "threads": 4, **(node or {})}
        self.rules = Rules(**{**QUICK, **(coordinator or {})})
        self._services = services
        (folder / "own_services.py").write_text(services)
        (folder / "tickworks.toml").write_text(self._settings())
        self._process: Any = None
        self._broker: Any = None

    def start(self) -> None:
        """Start everything and wait until its workers are up."""
        command = [
            str(Path(sys.executable).parent / "tickworks"),
            "--config",
            str(self.folder / "tickworks.toml"),
        ]
        # What a developer has set for the tests is no setting of the site.
        outer = {name: value for name, value in os.environ.items() if not name.startswith("TICKWORKS_")}
        env = {**outer, "PYTHONPATH": str(ROOT)}
        self._process = start([*command, *self.part], log=self.log, env=env)
        database.open(self.database_url)
        wait_until(lambda: len(self.workers()) == self.node["processes"], self._process, self.log)

    def stop(self, how: int = signal.SIGINT) -> int:
        """Stop as Ctrl-C does, to the agent alone; its exit code."""
        if self._process is None:
            return 0
        self._process.send_signal(how)
        code = int(self._process.wait(40))
        self._process = None
        return code

    def exit_code(self) -> int | None:
        """Of the agent, once it has ended by itself."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> None:
        """kill -9 of the agent."""
        self._process.kill()
        self._process.wait(10)

    def close(self) -> None:
        """Whatever is left, ended."""
        if self._process is not None:
            end(self._process, how=signal.SIGINT, grace=15)
        if self._broker is not None:
            self._broker.close()
        database.close()

    @property
    def pid(self) -> int:
        """The agent's."""
        return int(self._process.pid)

    def processes(self) -> list[psutil.Process]:
        """The agent's children that live."""
        return [child for child in psutil.Process(self.pid).children() if child.is_running()]

    def workers(self) -> list[int]:
        """The pids of the worker processes that are up, by the database's word."""
        try:
            rows = database.read().all(
                "SELECT pid FROM process WHERE kind = 'worker' AND state = 'up' AND node = ? ORDER BY id",
                (self.node["name"],),
            )
        except Exception:  # not migrated yet
            return []
        return [row[0] for row in rows]

    def pid_of(self, kind: str) -> int:
        """The pid of its one process of a kind ("web", "beat", "system") that is up."""
        row = "SELECT pid FROM process WHERE kind = ? AND state = 'up' AND node = ? ORDER BY id DESC"
        return int(database.read().value(row, (kind, self.node["name"])))

    def force(self, service: str, **args: Any) -> int:
        """Ask for a run, as a caller of the engine does; its id."""
        return self.ask(service, args=args).run_ids[0]

    def ask(self, service: str, *, publish: bool = True, **request_fields: Any) -> Accepted:
        """The same with all that a request can say; its message is lost with ``publish=False``."""
        asked = Request(service=service, trigger="api", by="a test", **request_fields)

        def work(tx: Tx) -> Accepted:
            return request(tx, asked, self.rules, SystemClock().now())

        if not publish:
            return database.write(work)
        self._broker = self._broker or connect(self.broker_url)
        return Publisher(self._broker).write(work)

    def run(self, run_id: int) -> dict[str, Any]:
        """A run's row."""
        return database.read().dicts("SELECT * FROM run WHERE id = ?", (run_id,))[0]

    def attempts(self, run_id: int) -> list[str]:
        """How its attempts ended, in order."""
        rows = database.read().all("SELECT ended FROM attempt WHERE run_id = ? ORDER BY n", (run_id,))
        return [row[0] for row in rows]

    def until_state(self, run_id: int, *states: str, seconds: float = 30) -> dict[str, Any]:
        """Wait until a run is in one of these states; its row."""
        self._until(
            lambda: self.run(run_id)["state"] in states, f"run {run_id} is {' or '.join(states)}", seconds
        )
        return self.run(run_id)

    def until_all_ended(self, seconds: float = 60) -> None:
        """Wait until no run is open."""
        self._until(
            lambda: not database.read().value("SELECT COUNT(*) FROM run WHERE ended_at IS NULL"),
            "all runs have ended",
            seconds,
        )

    def _until(self, condition: Any, what: str, seconds: float) -> None:
        try:
            until(condition, what, seconds=seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}; the site's log:\n{self.log.read_text()[-3000:]}") from None

    def _settings(self) -> str:
        node = "\n".join(f"{key} = {value!r}".replace("'", '"') for key, value in self.node.items())
        rules = "\n".join(f"{key} = {getattr(self.rules, key)}" for key in QUICK)
        own = '["own_services"]' if self._services else "[]"
        return f"""
[database]
url = "{self.database_url}"
[broker]
url = "{self.broker_url}"
[node]
{node}
[site]
name = "{self.name}"
zone = "UTC"
[coordinator]
{rules}
[catalogue]
modules = {own}
"""


@contextmanager
def running(site: RunningSite) -> Iterator[RunningSite]:
    """The site, started; everything of it is gone afterwards."""
    try:
        site.start()
        yield site
    finally:
        site.close()
