"""A step that hangs outside, on real processes: orders go on, and kill -9 loses and doubles nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

from store import database
from store.run import step
from tests.integration.conftest import StartSite
from tests.support.site import RunningSite
from tests.support.until import until

SERVICES = """
import os, time
from pathlib import Path
from actors import Task, service
JOURNAL, HANG = {journal!r}, Path({hang!r})

def note(context, what):
    line = f"{{what}} {{context.run_id}} {{context.attempt}} {{os.getpid()}} {{time.monotonic()}}\\n"
    handle = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line.encode())
    os.close(handle)

def orders(context):
    note(context, "order")

def outside(context):
    note(context, "begin")
    while HANG.exists():
        time.sleep(0.01)
    note(context, "end")

@service(retry_lost=True, tasks=(
    Task("Copy from outside", outside, effect="read"),
    Task("Carry out orders", orders, effect="outward", prompt=True),
))
def own(context):
    return context.run_steps()
"""

Entry = tuple[str, int, int, int, float]


def entries(journal: Path) -> list[Entry]:
    """(what, run, attempt, pid, when) of what was written down, in order."""
    lines = [line.split() for line in journal.read_text().splitlines()] if journal.exists() else []
    return [(what, int(run), int(n), int(pid), float(at)) for what, run, n, pid, at in lines]


def told(journal: Path) -> list[tuple[str, int, int]]:
    """(what, run, attempt) of the same."""
    return [(what, run, n) for what, run, n, _, _ in entries(journal)]


def tick(site: RunningSite) -> int:
    """One run of the whole service, to its end; the run that carries out the step outside."""
    run_id = site.force("own")
    assert site.until_state(run_id, "succeeded", "failed", "lost")["state"] == "succeeded"
    rows = {row["title"]: row for row in step.of_run(database.read(), run_id)}
    assert rows["Carry out orders"]["state"] == "done"
    assert rows["Copy from outside"]["state"] == "apart"
    return int(rows["Copy from outside"]["own_run"])


def test_orders_go_on_while_a_step_hangs_outside_and_kills_lose_and_double_nothing(
    start_site: StartSite, tmp_path: Path
) -> None:
    journal, hang = tmp_path / "journal", tmp_path / "hang"
    site = start_site(SERVICES.format(journal=str(journal), hang=str(hang)))
    hang.touch()
    outside = tick(site)
    until(lambda: ("begin", outside, 1) in told(journal), "the step is outside")
    assert {tick(site) for _ in range(5)} == {outside}
    victim = next(pid for what, _, _, pid, _ in entries(journal) if what == "begin")
    os.kill(victim, signal.SIGKILL)
    until(lambda: ("begin", outside, 2) in told(journal), "it is tried again")
    assert tick(site) == outside
    hang.unlink()
    assert site.until_state(outside, "succeeded")["step"] == 1
    assert site.attempts(outside) == ["lost", "succeeded"]
    assert Counter(entry[0] for entry in entries(journal)) == {"order": 7, "begin": 2, "end": 1}
    forced(site)
    killed = {victim} | runs_while_workers_are_killed(site)
    site.until_all_ended()
    ends = database.read().all("SELECT DISTINCT state FROM run WHERE service = 'own'")
    assert ends == [("succeeded",)]
    own: dict[int, int] = dict(database.read().all("SELECT id, attempt FROM run WHERE apart"))
    handed = database.read().all("SELECT DISTINCT own_run FROM run_step WHERE state = 'apart'")
    by_hand = database.read().all("SELECT id FROM run WHERE apart AND trigger = 'manual'")
    assert {row[0] for row in (*handed, *by_hand)} == set(own)
    history = step.history(database.read(), "own", "Copy from outside", 100)
    assert {(row["run_id"], row["state"]) for row in history} == {(run_id, "done") for run_id in own}
    ended = [(run, n) for what, run, n, pid, _ in entries(journal) if what == "end" and pid not in killed]
    assert len(ended) == len(set(ended))
    assert {("end", *each) for each in own.items()} <= set(told(journal))
    alive = [entry for entry in entries(journal) if entry[0] != "order" and entry[3] not in killed]
    assert all(before[0] != after[0] for before, after in pairwise(alive)), "two of them at once"


def forced(site: RunningSite) -> None:
    """Somebody wants the step alone."""
    tickworks = Path(sys.executable).parent / "tickworks"
    command = [str(tickworks), "--config", str(site.folder / "tickworks.toml"), "run", "own", "--step", "1"]
    done = subprocess.run([*command, "--wait"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    row = site.run(int(done.stdout))
    assert (row["state"], row["trigger"], row["step"], row["apart"]) == ("succeeded", "manual", 1, True)


def runs_while_workers_are_killed(site: RunningSite) -> set[int]:
    """Some runs, one after the other; the pids that were killed meanwhile."""
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(1_000_000)))
    print(f"seed {seed}")
    rng = random.Random(seed)
    killed: set[int] = set()
    for number in range(12):
        run_id = site.force("own")
        if number % 5 == 3:
            until(site.workers, "a worker is up")
            pid = rng.choice(site.workers())
            os.kill(pid, signal.SIGKILL)
            killed.add(pid)
        site.until_state(run_id, "succeeded", "failed", "lost")
    return killed
