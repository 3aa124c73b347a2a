"""Several nodes on one machine, as they would stand on several: work moves, drains and comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from coordinator.sentence import explain_all
from domain.time.clock import SystemClock
from store import database, setting
from store import node as nodes
from tests.support.site import RunningSite, running
from tests.support.until import until

SERVICES = """
import time
from actors import Daemon, Outcome, service

@service(retry_lost=True, parallel=20)
def where(context):
    return Outcome.done(context.node)

@service(retry_lost=True, parallel=20)
def slow(context):
    until = time.monotonic() + (60 if context.attempt == 1 else 0)
    while time.monotonic() < until and not context.stopping():
        time.sleep(0.02)

@service(roles=("calculation",))
def calculation_only(context):
    pass

@service(schedule=Daemon(), roles=("master", "processing"))
def one_of_us(context):
    while not context.stopping():
        time.sleep(0.02)
"""

StartNode = Callable[..., RunningSite]


@pytest.fixture
def start_node(tmp_path: Path, postgresql_url: str, rabbitmq_url: str) -> Iterator[StartNode]:
    """Start a node of one site, in a folder of its own."""
    with ExitStack() as sites:

        def start(name: str, *roles: str, folder: str = "") -> RunningSite:
            place = tmp_path / (folder or name)
            place.mkdir(exist_ok=True)
            site = RunningSite(
                place,
                database_url=postgresql_url,
                broker_url=rabbitmq_url,
                services=SERVICES,
                node={"name": name, "roles": list(roles or ("master",)), "processes": 1, "threads": 4},
            )
            return sites.enter_context(running(site))

        yield start


def state(name: str) -> str:
    return str(database.read().value("SELECT state FROM node WHERE name = ?", (name,)))


def sentence(site: RunningSite, run_id: int) -> str:
    explained = explain_all(database.read(), site.rules, SystemClock().now(), ZoneInfo("UTC"))
    return explained[run_id].sentence


def test_a_node_that_drains_takes_nothing_and_a_lone_one_says_so(start_node: StartNode) -> None:
    site = start_node("n1")
    now = SystemClock().now()
    database.write(lambda tx: nodes.drain(tx, "n1", now + 60, now))
    run_id = site.force("where")
    assert sentence(site, run_id) == "no node with role master is up"
    database.write(lambda tx: nodes.undrain(tx, "n1", SystemClock().now()))
    assert site.until_state(run_id, "succeeded")["message"] == "n1"


def test_at_its_deadline_a_draining_node_s_runs_go_elsewhere(start_node: StartNode) -> None:
    first = start_node("n1")
    run_id = first.force("slow")
    first.until_state(run_id, "running")
    second = start_node("n2")
    now = SystemClock().now()
    database.write(lambda tx: nodes.drain(tx, "n1", now + 0.5, now))
    assert second.until_state(run_id, "succeeded")["node"] == "n2"
    assert second.attempts(run_id) == ["drained", "succeeded"]


def test_the_work_of_a_node_that_vanishes_moves_after_its_lease(start_node: StartNode) -> None:
    first = start_node("n1")
    run_id = first.force("slow")
    first.until_state(run_id, "running")
    second = start_node("n2")
    first.kill()
    assert second.until_state(run_id, "succeeded", seconds=60)["node"] == "n2"
    until(lambda: state("n1") == "lost", "the node is told as lost", seconds=40)


def test_the_one_daemon_of_the_cluster_moves_with_its_node_s_end(start_node: StartNode) -> None:
    first = start_node("n1")
    held = "SELECT node FROM daemon WHERE service = 'one_of_us' AND state = 'running'"
    until(lambda: database.read().value(held) == "n1", "it runs on the first node", seconds=30)
    start_node("n2", "processing")
    first.kill()
    until(lambda: database.read().value(held) == "n2", "it runs on the other", seconds=60)


def test_runs_go_where_their_roles_allow(start_node: StartNode) -> None:
    master = start_node("n1")
    run_id = master.force("calculation_only")
    assert sentence(master, run_id) == "no node with role calculation is up"
    start_node("n3", "calculation")
    assert master.until_state(run_id, "succeeded")["node"] == "n3"


def test_processes_and_threads_change_while_a_node_runs(start_node: StartNode) -> None:
    site = start_node("n1")
    size = {"processes": 2, "threads": 3}
    database.write(lambda tx: setting.put(tx, "size n1", size, SystemClock().now()))
    slots = "SELECT SUM(slots) FROM process WHERE kind = 'worker' AND state = 'up'"
    until(lambda: database.read().value(slots) == 6, "it has the new size", seconds=30)
    assert site.until_state(site.force("where"), "succeeded")["attempt"] == 1


def test_a_second_node_of_a_living_one_s_name_is_refused(start_node: StartNode) -> None:
    first = start_node("n1")
    second = start_node("n1", folder="elsewhere")
    until(lambda: second.exit_code() is not None, "the second one has ended", seconds=30)
    assert second.exit_code() == 5
    assert "give this one another [node] name" in second.log.read_text()
    assert first.until_state(first.force("where"), "succeeded")["message"] == "n1"


def test_three_nodes_tell_the_truth_while_one_drains_and_one_is_killed(start_node: StartNode) -> None:
    master = start_node("n1", "master")
    processing = start_node("n2", "processing")
    start_node("n3", "calculation")
    held = "SELECT node FROM daemon WHERE service = 'one_of_us' AND state = 'running'"
    until(lambda: database.read().value(held), "the daemon runs", seconds=30)
    first = database.read().value(held)
    now = SystemClock().now()
    database.write(lambda tx: nodes.drain(tx, first, now + 30, now))
    until(lambda: database.read().value(held) not in (None, first), "it has moved off the draining node")
    assert state(first) == "draining"
    database.write(lambda tx: nodes.undrain(tx, first, SystemClock().now()))
    run_id = master.force("calculation_only")
    assert master.until_state(run_id, "succeeded")["node"] == "n3"
    processing.kill()
    until(lambda: state("n2") == "lost", "its lease is over", seconds=40)
    assert (state("n1"), state("n3")) == ("up", "up")
    until(lambda: database.read().value(held) == "n1", "the daemon runs where it may", seconds=40)
