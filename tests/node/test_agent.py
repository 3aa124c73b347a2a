"""Does an agent keep its children running, and leave none behind?"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from tests.support.process import end, free_port, start
from tests.support.until import until

ROOT = Path(__file__).parents[2]
FILE = """
[node]
name = "n1"
[site]
zone = "UTC"
profiles = []
[coordinator]
lease = 4
"""

Start = Callable[..., "SmallAgent"]


class SmallAgent:
    """An agent in a process of its own; `lines` tell what its children did."""

    def __init__(self, folder: Path, *parts: str, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.log = folder / "agent.log"
        command = [sys.executable, "-m", "tests.node.small_agent", str(folder), *parts]
        own = {**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
        self.process = start(command, log=self.log, env=own)

    def lines(self, name: str, what: str = "started") -> list[tuple[int, str, float]]:
        """(pid, incarnation, monotonic seconds) of each time that a child of this name said so."""
        path = self.folder / "lines"
        words = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        return [(int(word[2]), word[3], float(word[4])) for word in words if word[:2] == [name, what]]

    def pid(self, name: str) -> int:
        """The pid of the child of this name that was started last."""
        return self.lines(name)[-1][0]

    def until(self, condition: Callable[[], object], what: str) -> None:
        try:
            until(condition, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; the agent said:\n{self.said()}") from None

    def started(self, *names: str) -> SmallAgent:
        self.until(lambda: all(self.lines(name) for name in names), f"{', '.join(names)} started")
        return self

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def ends(self) -> int:
        """Its exit code, once it has ended; a minute is for a test that fails."""
        return int(self.process.wait(60))


def gone(pid: int) -> bool:
    """True when the process is no more, or only waits for somebody to look at its exit code."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def prepared(folder: Path, migrated: Path, text: str = FILE) -> Path:
    (folder / "var").mkdir()
    shutil.copy(migrated, folder / "var" / "tickworks.db")
    (folder / "tickworks.toml").write_text(text)
    return folder


@pytest.fixture
def agent(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Start]:
    """Start an agent with these parts; it is gone after the test."""
    made: list[SmallAgent] = []

    def started(*parts: str, text: str = FILE) -> SmallAgent:
        made.append(SmallAgent(prepared(tmp_path, migrated_sqlite, text), *parts))
        return made[-1]

    yield started
    for each in made:
        end(each.process)


@pytest.fixture(scope="module")
def shared(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallAgent]:
    """An agent that the tests of this module share: whatever they break is replaced."""
    folder = prepared(tmp_path_factory.mktemp("agent"), migrated_sqlite)
    names = ("killed", "hung", "sibling")
    parts = [f"worker:{name}:steady" for name in names]
    made = SmallAgent(folder, "system:system:buries", *parts)
    yield made.started("system", *names)
    end(made.process)


def deaths(agent: SmallAgent) -> str:
    path = agent.folder / "deaths"
    return path.read_text() if path.exists() else ""


def test_a_killed_child_is_replaced_and_its_siblings_go_on(shared: SmallAgent) -> None:
    sibling, (pid, incarnation, _) = shared.pid("sibling"), shared.lines("killed")[-1]
    os.kill(pid, signal.SIGKILL)
    shared.until(lambda: shared.pid("killed") != pid, "it is replaced")
    assert shared.lines("killed")[-1][1] != incarnation
    assert (shared.pid("sibling"), gone(sibling)) == (sibling, False)
    proof = f"{incarnation} unasked killed by SIGKILL"
    shared.until(lambda: proof in deaths(shared), "the system worker is told whose end was seen")


def test_what_is_said_at_the_start_waits_for_no_child(shared: SmallAgent) -> None:
    # It asks the database; a child that stands still with the database's lock is not killed meanwhile.
    ready = shared.lines("agent", "ready")[0][2]
    assert all(ready < shared.lines(name)[0][2] for name in ("system", "killed", "hung", "sibling"))


def test_a_child_that_asked_to_be_killed_is_killed_and_replaced(shared: SmallAgent) -> None:
    pid = shared.pid("hung")
    (shared.folder / "hang-hung").touch()
    shared.until(lambda: shared.pid("hung") != pid, "it is replaced")
    assert gone(pid)
    assert "hung is killed: a run in it did not stop" in shared.said()


def test_a_child_that_is_frozen_gives_no_sign_of_life_and_is_replaced(shared: SmallAgent) -> None:
    pid = shared.pid("killed")
    os.kill(pid, signal.SIGSTOP)
    shared.until(lambda: shared.pid("killed") != pid, "it is replaced")
    assert gone(pid)
    assert "killed is killed: no sign of life" in shared.said()


def test_a_second_agent_of_the_same_node_is_refused(shared: SmallAgent) -> None:
    command = [sys.executable, "-m", "tests.node.small_agent", str(shared.folder), "worker:second:steady"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert said.returncode == 2
    assert "node n1 runs on this machine already: stop it, or give this one another" in said.stderr
    assert (shared.lines("second"), shared.process.poll()) == ([], None)


def test_a_new_system_worker_is_told_of_all_ends_again(shared: SmallAgent) -> None:
    (pid, proof, _), system = shared.lines("sibling")[-1], shared.pid("system")
    os.kill(pid, signal.SIGKILL)
    shared.until(lambda: proof in deaths(shared), "the first one is told")
    os.kill(system, signal.SIGKILL)
    shared.until(lambda: deaths(shared).count(proof) == 2, "the second one is told too")


def test_a_child_that_dies_at_once_is_replaced_after_growing_pauses(agent: Start) -> None:
    small = agent("worker:dies:dies", "worker:stays:steady").started("stays")
    small.until(lambda: len(small.lines("dies")) >= 4, "it was tried four times")
    at = [line[2] for line in small.lines("dies")]
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert [gap >= least for gap, least in zip(gaps, (0.1, 0.2, 0.4), strict=False)] == [True] * 3
    assert len(small.lines("stays")) == 1
    assert "dies ended (exit code 3); it is replaced" in small.said()


def test_a_killed_agent_leaves_no_child(agent: Start) -> None:
    small = agent("system:system:buries", "worker:one:steady", "worker:deaf:deaf").started(
        "system", "one", "deaf"
    )
    small.process.kill()
    small.ends()
    pids = [small.pid(name) for name in ("system", "one", "deaf")]
    small.until(lambda: all(gone(pid) for pid in pids), "its children have died with it")


def test_a_node_that_is_stopped_ends_its_workers_first_and_says_good_bye(agent: Start) -> None:
    small = agent("system:system:buries", "worker:one:steady", "web:page:steady").started(
        "system", "one", "page"
    )
    incarnation = small.lines("one")[0][1]
    small.process.send_signal(signal.SIGTERM)
    assert small.ends() == 0
    (worker,), (system,), (page,) = (small.lines(name, "ended") for name in ("one", "system", "page"))
    assert worker[2] < system[2] < page[2]
    assert f"{incarnation} asked exit code 0" in deaths(small)


def test_ctrl_c_hurries_the_children(agent: Start) -> None:
    small = agent("worker:one:steady").started("one")
    small.process.send_signal(signal.SIGINT)
    assert small.ends() == 0
    assert len(small.lines("one", "hurried")) == 1


def test_a_second_signal_ends_everything_at_once(agent: Start) -> None:
    text = FILE.replace("[site]", "drain_timeout = 3600\n[site]")
    small = agent("worker:deaf:deaf", text=text).started("deaf")
    small.process.send_signal(signal.SIGTERM)
    small.until(lambda: small.lines("deaf", "asked"), "the child was asked")
    assert small.process.poll() is None
    small.process.send_signal(signal.SIGTERM)
    assert small.ends() == 0
    assert gone(small.pid("deaf"))


def test_signals_go_on_while_everything_ends_and_it_still_says_good_bye(agent: Start) -> None:
    text = FILE.replace("[site]", "drain_timeout = 3600\n[site]")
    small = agent("system:system:buries", "worker:deaf:deaf", text=text).started("system", "deaf")
    small.process.send_signal(signal.SIGTERM)
    small.until(lambda: small.lines("deaf", "asked"), "it drains")
    while small.process.poll() is None:
        small.process.send_signal(signal.SIGTERM)
    assert small.ends() == 0
    assert gone(small.pid("deaf"))
    assert len(small.lines("deaf", "asked")) == 1
    assert ("Traceback" in small.said(), state_of_node(small.folder)) == (False, "left")


def state_of_node(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "var" / "tickworks.db")) as connection:
        (state,) = connection.execute("SELECT state FROM node WHERE name = 'n1'").fetchone()
    return str(state)


def test_a_change_of_profiles_makes_a_new_agent_of_the_same_process(agent: Start) -> None:
    small = agent("system:system:reloads", "worker:one:steady").started("system")
    small.until(lambda: len(small.lines("one")) == 2, "the worker was started by the new agent")
    before, after = (line[1].split(".")[0] for line in small.lines("one"))
    assert before != after
    assert len(small.lines("one", "ended")) == 1
    assert psutil.Process(small.pid("one")).ppid() == small.process.pid


def test_a_database_that_is_not_there_is_one_line_and_no_child(agent: Start) -> None:
    address = f"postgresql://user:word@127.0.0.1:{free_port()}/db"
    small = agent("worker:one:steady", text=f'{FILE}[database]\nurl = "{address}"\n')
    assert small.ends() == 5
    assert "cannot start: " in small.said()
    assert ("Traceback" in small.said(), "word" in small.said(), small.lines("one")) == (False, False, [])
