"""The main promise on real processes: no overlap, nothing lost, nothing done twice, under kill -9."""

from __future__ import annotations

import os
import random
import re
import signal
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from coordinator.sentence import explain_all
from coordinator.world import Rules
from domain.time.clock import SystemClock
from store import database
from store.tx import Tx
from tests.integration.conftest import StartSite
from tests.support.until import until

MEMBERS = [
    ("a",),
    ("b",),
    ("a", "b"),
    ("c",),
    ("b", "c"),
    ("a", "b", "c"),
    ("d",),
    ("c", "d"),
    ("a", "d"),
    (),
]

SERVICES = f"""
import os, time
from actors import service
JOURNAL = {{journal!r}}

def note(context, what):
    words = (what, context.service.name, context.run_id, context.fence, os.getpid(), time.monotonic())
    line = " ".join(map(str, words)) + "\\n"
    handle = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line.encode())
    os.close(handle)

def work(context):
    note(context, "start")
    time.sleep(0.005)
    note(context, "end")

SERVICES = [
    service(name=f"s{{{{i}}}}", run_groups=groups, retry_lost=True)(work)
    for i, groups in enumerate({MEMBERS!r})
]
"""

RUNS = 500


def test_500_forced_runs_while_a_worker_is_killed_again_and_again(
    start_site: StartSite, tmp_path: Path
) -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(1_000_000)))
    print(f"seed {seed}")
    rng = random.Random(seed)
    journal = tmp_path / "journal"
    site = start_site(SERVICES.format(journal=str(journal)))
    kills: dict[int, float] = {}
    untrue: list[str] = []
    for number in range(RUNS):
        site.force(f"s{rng.randrange(len(MEMBERS))}", number=number)
        if number % 60 == 30:
            until(site.workers, "a worker is up")
            pid = rng.choice(site.workers())
            kills[pid] = SystemClock().monotonic()
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: pid not in site.workers(), "the dead worker is known to be dead")  # type: ignore[misc]
        if number % 10 == 0:
            untrue += untrue_sentences(site.rules)
    site.until_all_ended(120)
    ran = entries(journal)
    assert overlaps(ran, kills) == []
    assert untrue == []
    assert states() == {"succeeded": RUNS}
    assert doubled() == []
    assert len(kills) >= 8


def untrue_sentences(rules: Rules) -> list[str]:
    """Waiting runs whose sentence does not hold at the moment it was made, by a second look at the rows."""

    def look(tx: Tx) -> list[str]:
        tx.grant_lock()  # nobody grants or frees a group meanwhile
        explained = explain_all(tx, rules, SystemClock().now(), ZoneInfo("UTC"))
        holders = dict(
            tx.all(
                """SELECT m.run_group, s.title || ' on ' || r.node FROM membership m
                   JOIN run r ON r.id = m.run_id JOIN service s ON s.name = r.service WHERE m.held"""
            )
        )
        waiting = [row[0] for row in tx.all("SELECT id FROM run WHERE state = 'queued'")]
        return [
            f"run {run}: {explained[run].sentence!r}, but {holders}"
            for run in waiting
            if not holds(explained[run].sentence, holders)
        ]

    return database.write(look)


def holds(sentence: str, holders: dict[str, str]) -> bool:
    held = re.match(r"waits for group (\w+), held by (.+) for \d", sentence)
    if held:
        return holders.get(held[1]) == held[2]
    kept = re.match(r"waits for group (\w+), (kept for|next taken by)", sentence)
    if kept:
        return kept[1] not in holders
    return bool(re.match(r"all \d+ slots of|no node|not before|starts at|at most one run|node n1", sentence))


def entries(journal: Path) -> list[tuple[str, str, int, int, int, float]]:
    """(what, service, run, fence, pid, at) of each line."""
    rows = []
    for line in journal.read_text().splitlines():
        what, service, run, fence, pid, at = line.split()
        rows.append((what, service, int(run), int(fence), int(pid), float(at)))
    return rows


def overlaps(ran: list[tuple[str, str, int, int, int, float]], kills: dict[int, float]) -> list[str]:
    """Pairs of holders of one group that were at work at the same moment."""
    spans: dict[str, list[tuple[float, float, int]]] = defaultdict(list)
    ends = {(run, fence): at for what, _, run, fence, _, at in ran if what == "end"}
    for what, service, run, fence, pid, at in ran:
        if what == "start":
            end = ends.get((run, fence), kills.get(pid, float("inf")))
            for group in MEMBERS[int(service[1:])]:
                spans[group].append((at, end, run))
    found = []
    for group, held in spans.items():
        held.sort()
        for (_, end, first), (start, _, second) in pairwise(held):
            if start < end:
                found.append(f"{group}: runs {first} and {second}")
    return found


def states() -> dict[str, int]:
    return dict(
        database.read().all("SELECT state, COUNT(*) FROM run WHERE requested_by = 'a test' GROUP BY state")
    )


def doubled() -> list[int]:
    rows = database.read().all(
        "SELECT run_id FROM attempt WHERE ended = 'succeeded' GROUP BY run_id HAVING COUNT(*) > 1"
    )
    return [row[0] for row in rows]
