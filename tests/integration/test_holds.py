"""Daemons take turns at their groups with everybody else, and lose them when they must."""

from __future__ import annotations

import os
import signal
from itertools import pairwise
from pathlib import Path

import pytest

from store import daemon, database
from tests.integration.conftest import StartSite
from tests.integration.test_groups_under_kills import entries
from tests.support.until import until

SERVICES = """
import os, time
from actors import Daemon, HoldLost, service
JOURNAL = {journal!r}

def note(what, name, number, fence):
    words = (what, name, number, fence, os.getpid(), time.monotonic())
    handle = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, (" ".join(map(str, words)) + "\\n").encode())
    os.close(handle)

@service(schedule=Daemon(), run_groups=("a", "b"))
def adder(context):
    number = 0
    while not context.stopping():
        number += 1
        with context.exclusive() as fence:
            note("start", "adder", number, fence)
            time.sleep(0.01)
            note("end", "adder", number, fence)

@service(run_groups=("a",))
def collector(context):
    note("start", "collector", context.run_id, context.fence)
    time.sleep(0.005)
    note("end", "collector", context.run_id, context.fence)

@service(schedule=Daemon(), run_groups=("c",))
def keeper(context):
    with context.exclusive() as fence:
        while not context.stopping():
            time.sleep(0.01)

@service(run_groups=("c",))
def wants_c(context):
    pass
"""


def test_a_daemon_and_runs_share_a_group_without_overlap_and_nobody_starves(
    start_site: StartSite, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    site = start_site(SERVICES.format(journal=str(journal)))
    until(journal.exists, "the daemon has had its first turn", seconds=30)
    runs = [site.force("collector", number=number) for number in range(60)]
    for run_id in runs:
        site.until_state(run_id, "succeeded")
    ran = [entry for entry in entries(journal) if entry[0] in ("start", "end")]
    spans = sorted(
        (start[5], end[5])
        for start in ran
        for end in ran
        if start[0] == "start" and end[0] == "end" and start[1:4] == end[1:4]
    )
    assert all(first_end <= start for (_, first_end), (start, _) in pairwise(spans))
    turns = sum(entry[1] == "adder" for entry in ran)
    until(lambda: sum(entry[1] == "adder" for entry in entries(journal)) > turns + 4, "it goes on")
    fences = [entry[3] for entry in sorted(ran, key=lambda entry: entry[5]) if entry[0] == "start"]
    assert fences == sorted(set(fences))


@pytest.mark.parametrize("stack", ["embedded"], indirect=True)
def test_the_groups_of_a_daemon_that_dies_in_its_turn_are_free_at_once(
    start_site: StartSite, tmp_path: Path
) -> None:
    site = start_site(SERVICES.format(journal=str(tmp_path / "journal")))
    held = "SELECT r.id FROM membership m JOIN run r ON r.id = m.run_id WHERE m.run_group = 'c' AND m.held"
    until(lambda: database.read().value(held), "the keeper holds its group", seconds=30)
    waiting = site.force("wants_c")
    assert site.run(waiting)["state"] == "queued"
    pid = database.read().value(
        "SELECT p.pid FROM daemon d JOIN process p ON p.id = d.process_id WHERE d.service = 'keeper'"
    )
    os.kill(pid, signal.SIGKILL)
    site.until_state(waiting, "succeeded")
    until(lambda: daemon.instances(database.read(), "keeper")[0]["restarts"] == 1, "it is started again")
