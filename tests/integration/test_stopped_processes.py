"""Processes that stand still (SIGSTOP) for longer than a lease, and wake up afterwards."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from store import database
from tests.support.site import RunningSite
from tests.support.until import until

SERVICES = """
import time
from datetime import timedelta
from actors import Outcome, service

@service(run_groups=("g",), retry_lost=True)
def holder(context):
    until = time.monotonic() + (60 if context.attempt == 1 else 0)
    while time.monotonic() < until and not context.stopping():
        time.sleep(0.02)
    return Outcome.done(attempt=context.attempt)

@service(run_groups=("g",))
def next_one(context):
    pass

@service(run_groups=("g",), time_limit=timedelta(hours=1), retry_lost=True)
def long_again(context):
    while context.attempt == 1 and not context.stopping():
        time.sleep(0.02)

@service(run_groups=("g",), time_limit=timedelta(hours=1))
def long_once(context):
    while not context.stopping():
        time.sleep(0.02)
"""


def pid_of(kind: str) -> int:
    return int(database.read().value("SELECT pid FROM process WHERE kind = ? AND state = 'up'", (kind,)) or 0)


def test_a_worker_that_stands_still_is_killed_before_its_group_goes_on(site: RunningSite) -> None:
    held = site.force("holder")
    site.until_state(held, "running")
    waiting = site.force("next_one")
    executing = "SELECT p.name, p.pid FROM run r JOIN process p ON p.id = r.process_id WHERE r.id = ?"
    ((name, stopped),) = database.read().all(executing, (held,))
    os.kill(stopped, signal.SIGSTOP)
    assert site.until_state(held, "succeeded", seconds=40)["attempt"] == 2
    site.until_state(waiting, "succeeded")
    assert f"{name} is killed: no sign of life" in site.log.read_text()
    assert stopped not in site.workers()


@pytest.mark.parametrize(
    ("service", "attempts"), [("long_again", ["lost", "succeeded"]), ("long_once", ["lost"])]
)
def test_a_long_run_that_stands_still_is_ended(site: RunningSite, service: str, attempts: list[str]) -> None:
    held = site.force(service)
    sql = "SELECT p.pid FROM run r JOIN process p ON p.id = r.process_id WHERE r.id = ? AND p.kind = 'run'"
    until(lambda: database.read().value(sql, (held,)), "it has a process of its own")
    waiting = site.force("next_one")
    before = set(site.workers())
    stopped = int(database.read().value(sql, (held,)) or 0)
    os.kill(stopped, signal.SIGSTOP)
    site.until_state(held, attempts[-1], seconds=40)
    site.until_state(waiting, "succeeded")
    assert site.attempts(held) == attempts
    assert f"run-{held} is killed: no sign of life" in site.log.read_text()
    until(lambda: not psutil.pid_exists(stopped), "its process is gone")
    assert set(site.workers()) == before


def test_a_system_worker_that_stands_still_is_replaced(site: RunningSite) -> None:
    until(lambda: pid_of("system"), "the system worker is up")
    stopped = pid_of("system")
    os.kill(stopped, signal.SIGSTOP)
    until(lambda: pid_of("system") not in (0, stopped), "another one is up", seconds=40)
    assert site.until_state(site.force("next_one"), "succeeded")["attempt"] == 1


def test_an_agent_that_stands_still_costs_nothing_while_its_children_live(site: RunningSite) -> None:
    until(lambda: pid_of("system"), "the system worker is up")
    before = {pid_of("system"), *site.workers()}
    renewals = "SELECT MIN(renewal) FROM process WHERE state = 'up' AND kind IN ('worker', 'system')"
    seen = database.read().value(renewals)
    os.kill(site.pid, signal.SIGSTOP)
    try:
        until(lambda: database.read().value(renewals) > seen + 8, "more than a lease has gone by", seconds=40)
        assert site.until_state(site.force("next_one"), "succeeded")["attempt"] == 1
    finally:
        os.kill(site.pid, signal.SIGCONT)
    assert {pid_of("system"), *site.workers()} == before
