"""Daemons on real processes: started, watched, restarted, stopped, and failing in the open."""

from __future__ import annotations

import os
import re
import signal
from typing import Any
from zoneinfo import ZoneInfo

import psutil
import pytest

from domain.time.clock import SystemClock
from schedules.edit import Editor
from store import daemon, database
from tests.integration.conftest import StartSite
from tests.support.site import RunningSite
from tests.support.until import until

STEADY = """
import os, subprocess, time
from actors import Daemon, service

@service(schedule=Daemon())
def steady(context):
    context.log.info("serving")
    while not context.stopping():
        time.sleep(0.02)
"""

SERVICES = (
    STEADY
    + """
@service(schedule=Daemon(), instances="each", probe=lambda context: False)
def unready(context):
    while not context.stopping():
        time.sleep(0.02)

@service(schedule=Daemon())
def broken(context):
    print("the port is taken")
    raise OSError("cannot listen on port 5060")

@service(schedule=Daemon())
def parent(context):
    child = subprocess.Popen(["sleep", "300"])
    context.log.error(f"child {child.pid}")
    raise OSError(f"left {child.pid} behind")

@service(schedule=Daemon(), memory_limit=512)
def leaky(context):
    hoard = []
    while not context.stopping():
        hoard.append(bytearray(16 << 20))
"""
)

#: Only where it is asked for: a site that has it takes its grace to stop.
DEAF = """
@service(schedule=Daemon())
def deaf(context):
    while True:
        time.sleep(0.02)
"""

embedded = pytest.mark.parametrize("stack", ["embedded"], indirect=True)
together = pytest.mark.parametrize("site_of_the_file", ["embedded"], indirect=True)


def instance(service: str) -> dict[str, Any]:
    rows = daemon.instances(database.read(), service)
    return rows[0] if rows else {"state": "none", "pid": None}


def pid_of(service: str) -> int:
    return int(
        database.read().value(
            "SELECT p.pid FROM daemon d JOIN process p ON p.id = d.process_id WHERE d.service = ?", (service,)
        )
        or 0  # it may have ended since its state was looked at
    )


def runs_with_another_pid(pid: int) -> bool:
    return instance("steady")["state"] == "running" and pid_of("steady") not in (0, pid)


def up(service: str) -> None:
    until(lambda: instance(service)["state"] == "running", f"{service} runs", seconds=30)


def editor(site: RunningSite, act: Any) -> None:
    now = SystemClock().now()
    database.write(lambda tx: act(Editor(tx, by="a test", now=now, zone=ZoneInfo("UTC"))))


@together
def test_a_daemon_is_started_and_started_again_when_it_is_killed(site: RunningSite) -> None:
    up("steady")
    first, restarts = pid_of("steady"), instance("steady")["restarts"]
    os.kill(first, signal.SIGKILL)
    until(lambda: instance("steady")["restarts"] == restarts + 1, "it is started again")
    assert instance("steady")["last_end"] == "killed by SIGKILL"
    assert pid_of("steady") != first


@together
def test_a_daemon_that_fails_each_time_is_a_crash_loop_with_its_last_words(site: RunningSite) -> None:
    until(lambda: instance("broken")["state"] == "crash_loop", "it is known to loop", seconds=60)
    row = instance("broken")
    assert row["crashes"] == 5
    assert "cannot listen on port 5060" in row["last_words"]
    assert "the port is taken" in row["last_words"]


@together
def test_disable_stops_a_daemon_and_enable_starts_it(site: RunningSite) -> None:
    up("steady")
    process = psutil.Process(pid_of("steady"))
    editor(site, lambda edit: edit.disable("steady"))
    until(lambda: instance("steady")["state"] == "stopped", "it has stopped")
    assert not process.is_running()
    editor(site, lambda edit: edit.enable("steady"))
    up("steady")


@together
def test_restart_replaces_its_process_without_counting_a_crash(site: RunningSite) -> None:
    up("steady")
    first = pid_of("steady")
    database.write(lambda tx: daemon.ask_restart(tx, "steady"))
    until(lambda: runs_with_another_pid(first), "another process runs")
    assert instance("steady")["crashes"] == 0


@embedded
def test_a_daemon_that_does_not_stop_is_killed_after_its_grace(start_site: StartSite) -> None:
    site = start_site(STEADY + DEAF)
    up("deaf")
    process = psutil.Process(pid_of("deaf"))
    editor(site, lambda edit: edit.disable("deaf"))
    until(lambda: instance("deaf")["state"] == "stopped", "it is gone")
    assert not process.is_running()


@together
def test_a_probe_that_says_no_leaves_it_running_and_unready(site: RunningSite) -> None:
    up("unready")
    up("steady")
    until(lambda: instance("steady")["ready_at"], "the other one is ready")
    assert instance("unready")["ready_at"] is None
    assert instance("unready")["for_node"] == "n1"


@embedded
def test_no_daemon_survives_its_agent(start_site: StartSite) -> None:
    site = start_site(STEADY)
    up("steady")
    process = psutil.Process(pid_of("steady"))
    site.kill()
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE, "it is gone")
    site.start()
    until(lambda: runs_with_another_pid(process.pid), "it runs anew")


@together
def test_what_a_daemon_has_started_ends_with_it(site: RunningSite) -> None:
    until(lambda: "left" in (instance("parent").get("last_words") or ""), "it has ended once", seconds=30)
    match = re.search(r"left (\d+) behind", instance("parent")["last_words"])
    assert match is not None
    until(lambda: not psutil.pid_exists(int(match[1])), "its child is gone")


@together
def test_a_daemon_that_stands_still_for_longer_than_a_lease_is_replaced(site: RunningSite) -> None:
    up("steady")
    first = pid_of("steady")
    os.kill(first, signal.SIGSTOP)
    until(lambda: runs_with_another_pid(first), "another process runs", seconds=40)
    assert not psutil.pid_exists(first)
    assert "steady is killed: no sign of life" in site.log.read_text()


@together
def test_a_daemon_that_leaks_ends_at_its_memory_limit(site: RunningSite) -> None:
    until(
        lambda: "MemoryError" in (instance("leaky").get("last_words") or ""),
        "it has met its limit",
        seconds=40,
    )
    until(lambda: instance("leaky")["last_end"] == "exit code 3", "its end is recorded")
