"""Runs of more than 20 minutes: a process of their own, watched like any other."""

from __future__ import annotations

import os
import signal

from store import database
from store.run.cancelled import cancel
from tests.support.site import RunningSite
from tests.support.until import until

SERVICES = """
import os, time
from datetime import timedelta
from actors import Outcome, service

HOUR = timedelta(hours=1)

@service(time_limit=HOUR)
def tells_its_process(context):
    return Outcome.done(pid=os.getpid())

@service(time_limit=HOUR, run_groups=("g",), retry_lost=True)
def long(context):
    context.progress(context.attempt, 9)
    while not context.stopping() and context.attempt == 1:
        time.sleep(0.02)

@service(run_groups=("g",))
def short(context):
    pass

@service(time_limit=HOUR, memory_limit=512)
def greedy(context):
    hoard = []
    while True:
        hoard.append(bytearray(16 << 20))
"""


def pid_of(run_id: int) -> int:
    """Of the process that executes a long run; 0 before it has one."""
    sql = "SELECT p.pid FROM run r JOIN process p ON p.id = r.process_id WHERE r.id = ? AND p.kind = 'run'"
    return int(database.read().value(sql, (run_id,)) or 0)


def test_a_long_run_leaves_the_workers_and_is_recorded(site: RunningSite) -> None:
    run = site.until_state(site.force("tells_its_process"), "succeeded", "failed", "lost")
    assert run["state"] == "succeeded"
    assert str(site.workers()[0]) not in run["counts"]
    kind = database.read().value("SELECT kind FROM process WHERE id = ?", (run["process_id"],))
    assert kind == "run"


def test_a_long_run_that_is_killed_is_tried_again_and_keeps_its_group_till_then(site: RunningSite) -> None:
    run_id = site.force("long")
    until(lambda: pid_of(run_id), "it has a process of its own")
    waiting = site.force("short")
    assert site.run(waiting)["state"] == "queued"
    os.kill(pid_of(run_id), signal.SIGKILL)
    assert site.until_state(run_id, "succeeded")["attempt"] == 2
    site.until_state(waiting, "succeeded")
    assert site.attempts(run_id) == ["lost", "succeeded"]


def test_a_long_run_shows_progress_and_can_be_cancelled(site: RunningSite) -> None:
    run_id = site.force("long")
    until(lambda: site.run(run_id)["progress_total"] == 9, "its progress is shown")
    database.write(lambda tx: cancel(tx, [run_id], by="a test", now=site.run(run_id)["started_at"]))
    assert site.until_state(run_id, "cancelled")["state"] == "cancelled"


def test_memory_without_end_ends_at_the_limit(site: RunningSite) -> None:
    run = site.until_state(site.force("greedy"), "failed", "lost")
    assert (run["state"], run["error"]) == ("failed", "MemoryError")
