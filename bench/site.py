"""A site for measuring: so many services with a history, and a web process of its own."""

from __future__ import annotations

import http.client
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil

from config.load import load
from domain.time.clock import SystemClock
from node.site import open_site
from store import database, migrate, service
from store.tx import Tx
from web.acts import users

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "a password for measuring"

MODULE = """
from actors import Context, Daemon, FixedTime, Outcome, Periodic, service

GROUPS = ("stats_processing", "factors", "rates", "mail", "disk", "invoices")
SERVICES = []

def make(number):
    groups = (GROUPS[number % 6],) if number % 3 == 0 else ()
    fixed = number % 11 == 0
    schedule = Daemon() if number % 17 == 0 else FixedTime(times=("05:30",)) if fixed else Periodic(60)
    name, title = f"service_{{number:04d}}", f"Service {{number:04d}}"

    @service(name=name, title=title, schedule=schedule, run_groups=groups)
    def run(context: Context) -> Outcome:
        return Outcome.done()

    return run

SERVICES = [make(number) for number in range({services})]
"""


@dataclass(frozen=True)
class Measured:
    """A web process that serves a site, and a signed-in way to it."""

    address: str
    cookie: str
    process: psutil.Process

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, float]:
        """Status, body and the seconds that it took, over a new connection."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        start = time.perf_counter()
        connection.request("GET", path, headers={"cookie": self.cookie, **(headers or {})})
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - start
        connection.close()
        return answer.status, body, took


def prepared(folder: Path, services: int, runs: int, url: str = "") -> Path:
    """The file of a site with `services` services and `runs` ended runs; its database is open.

    On SQLite in its folder, or at `url`.
    """
    # A name of its own: a second site in this process must not get the module of the first.
    module = f"measured_{services}"
    (folder / f"{module}.py").write_text(MODULE.format(services=services))
    file = folder / "tickworks.toml"
    file.write_text(f'[catalogue]\nmodules = ["{module}"]\n[site]\nprofiles = []\n')
    if url:
        file.write_text(f'{file.read_text()}[database]\nurl = "{url}"\n')
    site = open_site(load(file, {}))
    database.open(site.settings.database.url)
    migrate.up()
    now = SystemClock().now()
    database.write(lambda tx: service.sync(tx, site.declared(), now))
    database.write(lambda tx: _history(tx, list(site.services), runs, now))
    users.add(site, "measure", "admin", by="bench", password=PASSWORD)
    return file


@contextmanager
def measured(folder: Path, services: int, runs: int) -> Iterator[Measured]:
    """Such a site with a web process."""
    file = prepared(folder, services, runs)
    try:
        with served(file) as site:
            yield site
    finally:
        database.close()


@contextmanager
def served(file: Path) -> Iterator[Measured]:
    """A web process of the site with this file."""
    command = [str(Path(sys.executable).parent / "tickworks"), "--config", str(file), "web", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    try:
        address = address_of(process)
        yield Measured(address, _signed_in(address), _web(process))
    finally:
        process.terminate()
        process.wait(20)


def _history(tx: Tx, names: list[str], runs: int, now: float) -> None:
    """Ended runs, spread over the services and the last month; every tenth failed."""
    seed = random.Random(4)
    rows = []
    for number in range(runs):
        at = now - 86400 * 30 * (1 - number / max(runs, 1))
        took = seed.lognormvariate(0, 1.5)
        state = "failed" if seed.random() < 0.1 else "succeeded"
        rows.append((names[number % len(names)], state, at, at, at, at + took, "n1"))
    statement = """INSERT INTO run (service, trigger, state, requested_at, queued_at, started_at, ended_at,
                                    node, outcome, priority, roles)
                   VALUES (?, 'schedule', ?, ?, ?, ?, ?, ?, 'done', 5, '')"""
    tx.many(statement, rows)
    tx.run(
        """UPDATE service SET last_outcome = 'done', last_duration = 1.5, last_start_at = ?,
                              last_success_at = ?, accounted_until = ?""",
        (now, now, int(now)),
    )


def address_of(process: subprocess.Popen[str]) -> str:
    """Where it says that the page is."""
    said = []
    for line in process.stdout or ():
        said.append(line)
        if "http://" in line:
            return "http://" + line.split("http://")[1].split()[0].rstrip(".")
    raise RuntimeError(f"the web process has ended: {''.join(said)}")


def _signed_in(address: str) -> str:
    parts = urlsplit(address)
    deadline = time.monotonic() + 20
    while True:
        try:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
            form = urlencode({"name": "measure", "password": PASSWORD})
            kind = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
            connection.request("POST", "/sign-in", form, kind)
            return connection.getresponse().getheader("set-cookie", "").split(";")[0]
        except OSError:
            if time.monotonic() > deadline:
                raise


def _web(process: subprocess.Popen[str]) -> psutil.Process:
    """The process that answers: the agent's child with the most threads that listens."""
    children = psutil.Process(process.pid).children()
    return max(children, key=lambda child: child.num_threads())
