"""Services that misbehave: each costs itself, never its neighbours, and is told in one line."""

from __future__ import annotations

import pytest

from store import database
from store.run import log as run_log
from store.run.cancelled import cancel
from tests.integration.conftest import StartSite
from tests.support.site import RunningSite
from tests.support.until import until

SERVICES = """
import ctypes, os, sys, time
from dataclasses import dataclass
from datetime import timedelta
from actors import Outcome, service

@service()
def raises(context):
    raise ValueError("no such mailbox")

@service()
def says_failed(context):
    return Outcome.failed("the tape is full", written=3)

@service()
def leaves(context):
    sys.exit(3)

@service(run_groups=("shared",), retry_lost=True)
def dies(context):
    if context.attempt == 1:
        os._exit(9)

@service()
def prints_binary(context):
    print("caf\\u00e9 \\x00 \\x1b[31m")
    sys.stdout.buffer.write(b"\\xff\\xfe\\x00 end\\n")
    context.log.warning("bytes came", raw=b"\\xff")

@service(run_groups=("shared",), time_limit=timedelta(seconds=1))
def hangs_in_c(context):
    ctypes.PyDLL(None).sleep(300)  # PyDLL keeps the interpreter lock: nothing else in the process runs

@service(time_limit=timedelta(seconds=1))
def sleeps_in_c(context):
    time.sleep(300)  # one call that nothing can interrupt

@service(retry_lost=True)
def dies_always(context):
    os._exit(9)

@service(time_limit=timedelta(seconds=1))
def loops(context):
    while True:
        pass

@service(time_limit=timedelta(seconds=1), retries=1)
def polite(context):
    while not context.stopping():
        time.sleep(0.01)

@service()
def waits_for_cancel(context):
    while not context.stopping():
        time.sleep(0.01)

@service(run_groups=("shared",))
def neighbour(context):
    return Outcome.done(seen=1)

@service()
def odd_result(context):
    return 42

@dataclass(frozen=True)
class Arguments:
    count: int = 1

@service(arguments=Arguments)
def takes_count(context):
    return Outcome.done(count=context.args["count"])
"""


def test_each_fault_is_told_in_one_line(site: RunningSite) -> None:
    expected = {
        "raises": ("failed", "ValueError: no such mailbox"),
        "says_failed": ("failed", "failed: the tape is full"),
        "leaves": ("failed", "the service called sys.exit(3)"),
        "odd_result": ("failed", "TypeError: the service returned 42; expected an Outcome or None"),
        "prints_binary": ("succeeded", None),
        "loops": ("failed", "took longer than its time limit of 1 s"),
        "takes_count": ("succeeded", None),
    }
    runs = {name: site.force(name) for name in expected}
    for name, run_id in runs.items():
        run = site.until_state(run_id, "succeeded", "failed", "lost")
        assert (run["state"], run["error"]) == expected[name], name


def test_a_process_that_exits_costs_its_runs_an_attempt_and_frees_their_groups(site: RunningSite) -> None:
    dead, after = site.force("dies"), site.force("neighbour")
    assert site.until_state(dead, "succeeded")["attempt"] == 2
    assert site.attempts(dead) == ["lost", "succeeded"]
    assert site.until_state(after, "succeeded")["attempt"] == 1


def test_code_that_hangs_in_c_is_killed_after_its_grace_and_its_groups_go_on(site: RunningSite) -> None:
    hung, after = site.force("hangs_in_c"), site.force("neighbour")
    run = site.until_state(hung, "lost", "failed", seconds=40)
    assert run["state"] == "failed"
    assert run["error"].startswith("took longer than its time limit of 1 s")
    site.until_state(after, "succeeded")
    assert database.read().value("SELECT COUNT(*) FROM membership WHERE held AND run_group = 'shared'") == 0


def test_code_that_sleeps_through_its_grace_costs_its_process_once(site: RunningSite) -> None:
    sleeper = site.force("sleeps_in_c")
    assert site.until_state(sleeper, "lost", "failed", seconds=40)["state"] == "failed"
    assert site.attempts(sleeper) == ["timeout"]


def test_a_run_that_kills_its_process_each_time_is_given_up_in_the_end(site: RunningSite) -> None:
    run_id = site.force("dies_always")
    until(lambda: site.attempts(run_id) == ["lost"] * 3, "three attempts are lost", seconds=40)
    assert site.until_state(run_id, "queued")["not_before"] is not None


def test_a_time_limit_is_a_failed_try_and_the_next_one_waits(site: RunningSite) -> None:
    run_id = site.force("polite")
    until(lambda: site.attempts(run_id) == ["timeout"], "its first try is over", seconds=40)
    assert site.until_state(run_id, "queued")["not_before"] is not None


def test_cancel_reaches_a_running_service(site: RunningSite) -> None:
    run_id = site.force("waits_for_cancel")
    run = site.until_state(run_id, "running")
    database.write(lambda tx: cancel(tx, [run_id], by="a test", now=run["started_at"]))
    assert site.until_state(run_id, "cancelled")["cancel_by"] == "a test"
    assert site.attempts(run_id) == ["cancelled"]


def test_the_log_of_a_failed_run_has_its_traceback_although_logging_is_off(site: RunningSite) -> None:
    run_id = site.force("raises")
    site.until_state(run_id, "failed")
    text = "\n".join(line["text"] for line in run_log.read(database.read(), run_id))
    assert 'raise ValueError("no such mailbox")' in text


@pytest.mark.parametrize("stack", ["embedded"], indirect=True)
def test_a_full_disk_under_the_log_file_costs_only_the_file(start_site: StartSite, tmp_path: object) -> None:
    site = start_site(SERVICES)
    logs = site.folder / "var" / "log"
    logs.mkdir(parents=True, exist_ok=True)
    (logs / "prints_binary.log").symlink_to("/dev/full")
    switched = "UPDATE service SET logging = ? WHERE name = 'prints_binary'"
    database.write(lambda tx: tx.run(switched, (True,)))
    run_id = site.force("prints_binary")
    assert site.until_state(run_id, "succeeded", "failed")["state"] == "succeeded"
    text = "\n".join(line["text"] for line in run_log.read(database.read(), run_id))
    assert "caf\u00e9" in text
    assert "end: done" in text
    assert "\x1b" not in text
    said = "prints_binary.log cannot be written: No space left on device"
    until(lambda: said in site.log.read_text(), "it is told why the file has nothing of it")
