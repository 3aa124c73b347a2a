"""Databases, brokers and agents that go away: nothing is lost, and work goes on by itself."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import psutil
import pytest

from store import database
from tests.integration.conftest import StartSite
from tests.support.postgresql import PostgresqlServer
from tests.support.rabbitmq import RabbitmqServer
from tests.support.site import RunningSite, running
from tests.support.until import until

SERVICES = """
import time
from actors import Outcome, service

@service(retry_lost=True)
def quick(context):
    return Outcome.done()

@service(run_groups=("g",), retry_lost=True)
def grouped(context):
    return Outcome.done()

@service()
def slow(context):
    until = time.monotonic() + context.args.get("seconds", 3)
    while time.monotonic() < until:
        time.sleep(0.02)
"""


@pytest.fixture
def servers_site(
    tmp_path: Path,
    postgresql_server: PostgresqlServer,
    rabbitmq_server: RabbitmqServer,
    request: pytest.FixtureRequest,
):
    """A site on servers that the test may stop."""
    name = f"outage_{os.getpid()}_{abs(hash(request.node.name)) % 10_000}"
    postgresql_server.add_database(name)
    rabbitmq_server.add_vhost(name)
    site = RunningSite(
        tmp_path,
        database_url=postgresql_server.url(name),
        broker_url=rabbitmq_server.url(name),
        services=SERVICES,
    )
    with ExitStack() as stack:
        yield stack.enter_context(running(site))
    database.close()


def test_a_run_that_ends_while_the_database_is_away_is_recorded_when_it_is_back(
    servers_site: RunningSite, postgresql_server: PostgresqlServer
) -> None:
    run_id = servers_site.force("slow", seconds=2)
    servers_site.until_state(run_id, "running")
    postgresql_server.stop()
    try:
        until(lambda: "waits for the database" in servers_site.log.read_text(), "the outage is noticed")
        until(
            lambda: "an end cannot be written yet" in servers_site.log.read_text(),
            "the run has ended without a database",
        )
    finally:
        postgresql_server.start()
    run = servers_site.until_state(run_id, "succeeded", "lost", seconds=60)
    assert (run["state"], run["attempt"]) == ("succeeded", 1)
    again = servers_site.force("quick")
    assert servers_site.until_state(again, "succeeded", seconds=60)["attempt"] == 1


def test_a_broker_that_restarts_delays_runs_and_loses_none(
    servers_site: RunningSite, rabbitmq_server: RabbitmqServer
) -> None:
    before = servers_site.force("slow", seconds=1)
    servers_site.until_state(before, "running")
    rabbitmq_server.kill()
    during = [
        servers_site.ask("grouped", args={"number": number}, publish=False).run_ids[0] for number in range(5)
    ]
    servers_site.until_state(before, "succeeded")
    rabbitmq_server.start()
    for run_id in during:
        assert servers_site.until_state(run_id, "succeeded", seconds=60)["attempt"] == 1


def test_queues_deleted_by_hand_come_back(servers_site: RunningSite, rabbitmq_server: RabbitmqServer) -> None:
    servers_site.until_state(servers_site.force("quick"), "succeeded")
    vhost = servers_site.broker_url.rsplit("/", 1)[1]
    for queue in rabbitmq_server.api("GET", f"queues/{vhost}"):
        rabbitmq_server.api("DELETE", f"queues/{vhost}/{quote(queue['name'], safe='')}")
    run_id = servers_site.force("quick", number=2)
    assert servers_site.until_state(run_id, "succeeded", seconds=60)["state"] == "succeeded"


def test_an_agent_that_is_killed_leaves_no_orphan_and_its_node_starts_anew(start_site: StartSite) -> None:
    site = start_site(SERVICES)
    lost, held = site.force("slow", seconds=60), site.force("grouped")
    site.until_state(lost, "running")
    site.until_state(held, "succeeded")
    children = site.processes()
    site.kill()
    until(lambda: not [child for child in children if _lives(child)], "all children are gone")
    site.start()
    assert site.until_state(lost, "lost")["error"] == "node n1 was started anew"
    assert site.until_state(site.force("grouped", number=2), "succeeded")["attempt"] == 1


@pytest.mark.parametrize("kind", ["system", "beat", "web"])
def test_each_part_that_is_killed_is_replaced(site: RunningSite, kind: str) -> None:
    statement = f"SELECT pid FROM process WHERE kind = '{kind}' AND state = 'up'"
    until(lambda: database.read().value(statement), f"the {kind} process is up")
    pid = database.read().value(statement)
    os.kill(pid, signal.SIGKILL)
    until(lambda: database.read().value(statement) not in (pid, None), f"another {kind} process is up")
    assert site.until_state(site.force("quick"), "succeeded")["attempt"] == 1


def test_ctrl_c_leaves_no_process_and_no_open_run(start_site: StartSite) -> None:
    site = start_site(SERVICES)
    run_id = site.force("slow", seconds=2)
    site.until_state(run_id, "running")
    children = site.processes()
    assert site.stop() == 0
    assert [child for child in children if _lives(child)] == []
    assert site.run(run_id)["state"] == "succeeded"
    assert database.read().value("SELECT COUNT(*) FROM process WHERE ended_at IS NULL") == 0
    assert database.read().value("SELECT state FROM node") == "left"


@pytest.mark.parametrize("stack", ["embedded"], indirect=True)
def test_another_program_that_locks_the_file_only_delays(start_site: StartSite) -> None:
    site = start_site(SERVICES)
    other = sqlite3.connect(site.database_url.removeprefix("sqlite:///"), isolation_level=None)
    run_id = site.force("slow", seconds=0.5)
    site.until_state(run_id, "running")
    other.execute("BEGIN IMMEDIATE")
    until(lambda: "cannot be written" in site.log.read_text(), "somebody meets the lock", seconds=30)
    other.execute("COMMIT")
    other.close()
    assert site.until_state(run_id, "succeeded", "lost")["state"] == "succeeded"


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
