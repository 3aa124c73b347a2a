"""Two releases on one database, as while the nodes of a site are replaced one by one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from broker.connect import connect
from broker.publish import Publisher
from coordinator.requested import Request
from coordinator.requests import request
from coordinator.world import Rules
from domain.time.clock import SystemClock
from store import database, node, service
from tests.support.process import end, start
from tests.support.site import ROOT
from tests.support.until import until

PACKAGES = (
    *("actors", "backends", "broker", "cli", "config", "coordinator"),
    *("domain", "metrics", "node", "schedules", "store", "web"),
)
SCRIPT = """
def up(migrator, db):
    db.execute_sql("ALTER TABLE run ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'")
    db.execute_sql("CREATE TABLE colour (name TEXT PRIMARY KEY)")
"""
BOTH = """
from dataclasses import dataclass
from actors import Outcome, service

@dataclass(frozen=True)
class Options:
    size: int = 1{more}

@service(options=Options, parallel=20)
def both(context, options):
    return Outcome.done(f"{{context.node}} {{options}}")
"""
ADDED = """
@service(parallel=20)
def added(context):
    return Outcome.done(context.node)
"""
FILE = """
[database]
url = "{url}"
[broker]
url = "{broker}"
[node]
name = "{name}"
processes = 1
threads = 2
[site]
zone = "UTC"
profiles = []
[coordinator]
lease = 3.0
grace = 1.0
[catalogue]
modules = ["own_services"]
"""


class Release:
    """A tree of code with its own services, and a node of it."""

    def __init__(self, folder: Path, tree: Path, name: str, stack: tuple[str, str], services: str) -> None:
        folder.mkdir()
        self.file, self.log, self.name = folder / "tickworks.toml", folder / "log", name
        self.broker = stack[1]
        self.file.write_text(FILE.format(url=stack[0], broker=stack[1], name=name))
        (folder / "own_services.py").write_text(services)
        outer = {name: value for name, value in os.environ.items() if not name.startswith("TICKWORKS_")}
        self._env = {**outer, "PYTHONPATH": str(tree)}
        self._command = [str(Path(sys.executable).parent / "tickworks"), "--config", str(self.file)]
        self._node: Any = None

    def say(self, *words: str) -> tuple[int, str]:
        """A command of this release: its exit code and all it said."""
        done = subprocess.run(
            [*self._command, *words], env=self._env, cwd="/", capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout + done.stderr

    def begin(self, command: str) -> subprocess.Popen[bytes]:
        """A command, of which nobody waits for the end."""
        return start([*self._command, command], log=self.log, env=self._env)

    def start(self) -> None:
        """`tickworks node`, once its worker has joined."""
        self._node = self.begin("node")
        until(self._up, f"{self.name} is up: {self.log.read_text()}", seconds=40)

    def stop(self) -> None:
        """As its service manager stops it."""
        if self._node is not None:
            end(self._node, how=signal.SIGTERM, grace=30)

    def _up(self) -> bool:
        assert self._node.poll() is None, self.log.read_text()
        rows = database.read().all(
            "SELECT 1 FROM process WHERE node = ? AND kind = 'worker' AND state = 'up'", (self.name,)
        )
        return bool(rows)


def newer_tree(folder: Path) -> Path:
    """The next release: our code, and one migration more."""
    tree = folder / "tree"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "store" / "migrations" / "9999_colour.py").write_text(SCRIPT)
    return tree


@pytest.fixture
def releases(stack: tuple[str, str], tmp_path: Path) -> Iterator[tuple[Release, Release]]:
    """This release and the next one, on a database of this one."""
    if stack[0].startswith("sqlite"):
        (tmp_path / "var").mkdir()
    before = Release(tmp_path / "a", ROOT, "before", stack, BOTH.format(more=""))
    more = '\n    colour: str = "red"'
    after = Release(tmp_path / "b", newer_tree(tmp_path), "after", stack, BOTH.format(more=more) + ADDED)
    assert before.say("migrate")[0] == 0
    database.open(stack[0])
    with ExitStack() as ends:
        ends.callback(database.close)
        ends.callback(before.stop)
        ends.callback(after.stop)
        yield before, after


def force(broker_url: str, name: str) -> int:
    asked = Request(service=name, trigger="api", by="a test")
    accepted = database.write(lambda tx: request(tx, asked, Rules(), SystemClock().now()))
    broker = connect(broker_url)
    try:
        Publisher(broker).runs(accepted.messages)
    finally:
        broker.close()
    return accepted.run_ids[0]


def succeeded(broker_url: str, name: str) -> str:
    """Force a run; what it said."""
    run_id = force(broker_url, name)
    row = "SELECT state, message, error FROM run WHERE id = ?"
    until(lambda: database.read().one(row, (run_id,))[0] in ("succeeded", "failed"), "it ends", seconds=30)  # type: ignore[index]
    state, message, error = database.read().all(row, (run_id,))[0]
    assert state == "succeeded", error
    return str(message)


def test_nodes_are_replaced_one_by_one(releases: tuple[Release, Release]) -> None:
    before, after = releases
    before.start()
    assert succeeded(before.broker, "both") == "before Options(size=1)"

    # The next release comes: its node does not touch what the others run.
    code, said = after.say("node")
    assert (code, "1 migration to apply (9999_colour …): run `tickworks migrate`" in said) == (5, True), said
    code, said = after.say("migrate")
    assert (code, "applied 9999_colour" in said) == (0, True), said
    assert succeeded(before.broker, "both") == "before Options(size=1)"  # it knows of no colour
    early = force(before.broker, "added")  # and runs nothing that it does not have

    after.start()
    ran = "SELECT state, message FROM run WHERE id = ?"
    until(lambda: database.read().one(ran, (early,)) == ("succeeded", "after"), "it is run", seconds=30)
    for _ in range(6):
        assert succeeded(before.broker, "added") == "after"
    assert succeeded(before.broker, "both").split(" ", 1)[1] in (
        "Options(size=1)",
        "Options(size=1, colour='red')",
    )

    # A node of the old one that starts again joins, and says nothing of services.
    before.stop()
    known = service.rows(database.read())
    before.start()
    assert {row["name"]: row["state"] for row in node.rows(database.read())} == {
        "before": "up",
        "after": "up",
    }
    assert [(row["name"], row["defaults"]) for row in service.rows(database.read())] == [
        (row["name"], row["defaults"]) for row in known
    ]
    assert succeeded(before.broker, "added") == "after"
    code, said = before.say("migrate")
    assert (code, "written by a newer release (9999_colour): upgrade this one" in said) == (5, True), said

    # And at last it goes for good.
    before.stop()
    assert succeeded(after.broker, "both") == "after Options(size=1, colour='red')"
    assert database.read().all("SELECT * FROM rejected") == []


def test_two_releases_that_migrate_at_once_leave_one_of_them_out(
    stack: tuple[str, str], tmp_path: Path
) -> None:
    if stack[0].startswith("sqlite"):
        (tmp_path / "var").mkdir()
    trees = [newer_tree(tmp_path / name) for name in ("x", "y")]
    (trees[1] / "store" / "migrations" / "9999_colour.py").rename(
        trees[1] / "store" / "migrations" / "9999_other.py"
    )
    both = [
        Release(tmp_path / f"f{number}", tree, f"n{number}", stack, BOTH.format(more=""))
        for number, tree in enumerate(trees)
    ]
    started = [release.begin("migrate") for release in both]
    codes = [process.wait(60) for process in started]
    assert sorted(codes) == [0, 5], [release.log.read_text() for release in both]
    (said,) = both[codes.index(5)].log.read_text().splitlines()
    assert "written by a newer release" in said
    assert "upgrade this one" in said
