"""The work queue on real processes: order, limits and tries hold, nothing is done twice, under kill -9."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from domain.time.clock import SystemClock
from store import database
from store.job import limits
from store.job.added import Order, add
from tests.integration.conftest import StartSite
from tests.support.site import RunningSite
from tests.support.until import until

SERVICES = """
import os, time
from datetime import timedelta
from actors import service
from actors.job_kind import JobKind, JobOutcome
from actors.shapes.queue_drain import drain

JOURNAL = {journal!r}

def note(what, job):
    words = (what, job.id, job.own_key, job.tries, os.getpid(), time.monotonic())
    handle = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, (" ".join(map(str, words)) + "\\n").encode())
    os.close(handle)

def work(context, job):
    note("start", job)
    try:
        time.sleep(0.004)
        if job.id % 50 == 7:
            return JobOutcome.failed("it never works")
        if job.id % 10 == 3 and job.tries == 1:
            return JobOutcome.failed("not the first time")
        note("act", job)  # whoever is killed from here on has done it and cannot say so
        time.sleep(0.004)
        if job.id % 10 == 5:
            raise TimeoutError("the answer was lost")
        return JobOutcome.done()
    finally:
        note("end", job)

def look_up(context, job):
    with open(JOURNAL) as journal:
        there = any(line.split()[:3] == ["act", str(job.id), job.own_key] for line in journal)
    return JobOutcome.done("found") if there else JobOutcome.failed("not there")

JOB_KINDS = [
    JobKind(name=f"k{{n}}", title=f"K {{n}}", service="drain0", backend=f"b{{n % 3}}", priority=(n * 7) % 10,
            parallel=n + 1, backoff=(0.02, 0.05), settle=timedelta(0), work=work, look_up=look_up)
    for n in range({kinds})
]

def run(context):
    return drain(context, JOB_KINDS, at_once=6)

SERVICES = [service(name=f"drain{{n}}", parallel=2)(run) for n in range(2)]
"""

JOBS = 1000
KINDS = 5
ORGANISATIONS = 50
AT_ONCE = 9
#: Of each kind, as the site's own module says.
PARALLEL = {f"k{n}": n + 1 for n in range(KINDS)}
PRIORITY = {f"k{n}": (n * 7) % 10 for n in range(KINDS)}

Rows = dict[int, dict[str, Any]]


class Entry(NamedTuple):
    """A line of the far side's journal: ``start``, ``act`` or ``end`` of a try."""

    what: str
    job: int
    key: str
    tries: int
    pid: int
    at: float


def test_1000_jobs_of_5_kinds_over_50_organisations_while_workers_are_killed(
    start_site: StartSite, tmp_path: Path
) -> None:
    rng = seeded()
    site = start_site(services(tmp_path))
    limit_all(AT_ONCE)
    order_all(rng, JOBS, ORGANISATIONS)
    kills = work_off(site, rng, kill_every=110)
    journal, rows = entries(tmp_path), jobs()
    assert done_twice(journal) == []
    failed = sum(number % 50 == 7 for number in rows)
    assert Counter(row["state"] for row in rows.values()) == {"done": JOBS - failed, "failed": failed}
    assert done_without_act(journal, rows) == []
    assert {row["tries"] for row in rows.values() if row["state"] == "failed"} == {5}
    assert tries_not_told() == []
    assert overtaken_in_lane(journal, rows) == []
    assert before_their_object(journal, rows) == []
    assert above_limits(journal, rows, kills) == []
    assert len(kills) >= 5


def test_with_one_at_a_time_lanes_go_by_priority_then_age_while_workers_are_killed(
    start_site: StartSite, tmp_path: Path
) -> None:
    rng = seeded()
    site = start_site(services(tmp_path))
    limit_all(1)
    order_all(rng, 120, organisations=120 * 9)
    kills = work_off(site, rng, kill_every=30)
    journal, rows = entries(tmp_path), jobs()
    first = list(dict.fromkeys(entry.job for entry in journal if entry.what == "start"))
    # Two of one lane are no test of priority, which never changes the order within a lane.
    alone = Counter((row["organisation"], row["backend"]) for row in rows.values())
    first = [each for each in first if alone[rows[each]["organisation"], rows[each]["backend"]] == 1]
    assert first == sorted(first, key=lambda each: (PRIORITY[rows[each]["kind"]], each))
    assert done_twice(journal) == []
    assert len(first) > 80
    assert len(kills) >= 2


def seeded() -> random.Random:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(1_000_000)))
    print(f"seed {seed}")
    return random.Random(seed)


def services(folder: Path) -> str:
    return SERVICES.format(journal=str(folder / "journal"), kinds=KINDS)


def limit_all(at_once: int) -> None:
    database.write(lambda tx: limits.change(tx, {"at_once": at_once}, SystemClock().now()))


def order_all(rng: random.Random, count: int, organisations: int) -> None:
    """Jobs 1 to `count`, in one transaction. One that fails for good has no object that others wait for."""

    def work(tx: Any) -> None:
        for number in range(1, count + 1):
            kind = rng.randrange(KINDS)
            order = Order(
                kind=f"k{kind}",
                organisation=f"o{rng.randrange(organisations)}",
                backend=f"b{kind % 3}",
                object="" if number % 50 == 7 else f"x{rng.randrange(4)}",
                by="a test",
            )
            assert add(tx, order, SystemClock().now()).id == number

    database.write(work)


def work_off(site: RunningSite, rng: random.Random, kill_every: int) -> dict[int, float]:
    """Have all jobs done, and kill a worker after so many of them; the dead pids and when they died."""
    kills: dict[int, float] = {}
    while remaining := left():
        for number in (0, 1):
            site.force(f"drain{number}", n=rng.random())
        goal = max(0, remaining - kill_every)
        until(lambda goal=goal: left() <= goal or not at_work(), "jobs are done", seconds=60)  # type: ignore[misc]
        if 0 < left() <= goal and (workers := busy_workers()):
            pid = rng.choice(workers)
            kills[pid] = SystemClock().monotonic()
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: pid not in site.workers(), "the dead worker is known to be dead")  # type: ignore[misc]
            until(site.workers, "a worker is up")
    site.until_all_ended(60)
    return kills


def left() -> int:
    sql = "SELECT COUNT(*) FROM job WHERE state IN ('queued', 'unknown', 'running')"
    return int(database.read().value(sql))


def at_work() -> int:
    return int(database.read().value("SELECT COUNT(*) FROM run WHERE ended_at IS NULL"))


def busy_workers() -> list[int]:
    rows = database.read().all(
        """SELECT DISTINCT p.pid FROM process p JOIN run r ON r.process_id = p.id
           WHERE r.state = 'running' AND p.state = 'up' ORDER BY p.pid"""
    )
    return [row[0] for row in rows]


def entries(folder: Path) -> list[Entry]:
    found = []
    for line in (folder / "journal").read_text().splitlines():
        what, job, key, tries, pid, at = line.split()
        found.append(Entry(what, int(job), key, int(tries), int(pid), float(at)))
    return sorted(found, key=lambda entry: entry.at)


def jobs() -> Rows:
    return {row["id"]: row for row in database.read().dicts("SELECT * FROM job")}


def done_twice(journal: list[Entry]) -> list[int]:
    acts = Counter(entry.job for entry in journal if entry.what == "act")
    return [job for job, count in acts.items() if count > 1]


def done_without_act(journal: list[Entry], rows: Rows) -> list[int]:
    acted = {entry.job for entry in journal if entry.what == "act"}
    return [number for number, row in rows.items() if (row["state"] == "done") != (number in acted)]


def tries_not_told() -> list[int]:
    """Jobs whose count of tries is not that of the tries in the log, or above five."""
    rows = database.read().all(
        """SELECT j.id FROM job j WHERE j.attempts > 5 OR j.attempts <> j.tries
           OR j.attempts <> (SELECT COUNT(*) FROM job_attempt a WHERE a.job_id = j.id)"""
    )
    return [row[0] for row in rows]


def overtaken_in_lane(journal: list[Entry], rows: Rows) -> list[str]:
    """Neighbours of a lane that nothing kept back, the later one first."""
    kept_back: set[tuple[str, str, str]] = set()
    smooth: set[int] = set()
    for number, row in sorted(rows.items()):
        about = (row["organisation"], row["backend"], row["object"])
        first_try = row["attempts"] == 1 and row["look_ups"] == 0
        if first_try and about not in kept_back:
            smooth.add(number)
        elif row["object"]:  # whatever comes later for this object had to wait, and was rightly overtaken
            kept_back.add(about)
    lanes: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in journal:
        if entry.what == "start" and entry.job in smooth:
            lanes[rows[entry.job]["organisation"], rows[entry.job]["backend"]].append(entry.job)
    assert len(smooth) > 400
    return [f"{lane}: {a}, {b}" for lane, found in lanes.items() for a, b in pairwise(found) if a > b]


def before_their_object(journal: list[Entry], rows: Rows) -> list[str]:
    """Jobs that began before an earlier one of the same object had been done."""
    open_until = {entry.job: entry.at for entry in journal}
    objects: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, row in sorted(rows.items()):
        if row["object"]:
            objects[row["organisation"], row["backend"], row["object"]].append(number)
    starts = {entry.job: entry.at for entry in reversed(journal) if entry.what == "start"}
    pairs = [(a, b) for found in objects.values() for a, b in pairwise(found)]
    assert len(pairs) > 100
    return [f"{b} before {a}" for a, b in pairs if starts[b] < open_until[a]]


def above_limits(journal: list[Entry], rows: Rows, kills: dict[int, float]) -> list[str]:
    """Moments at which more were at work than a lane, a kind or the whole queue allows."""
    ends = {(entry.job, entry.tries): entry.at for entry in journal if entry.what == "end"}
    moments: list[tuple[float, int, int]] = []
    for entry in journal:
        if entry.what == "start":
            end = ends.get((entry.job, entry.tries), kills.get(entry.pid, float("inf")))
            moments += [(entry.at, 1, entry.job), (max(entry.at, end), -1, entry.job)]
    counts: Counter[Any] = Counter()
    found = []
    for at, step, number in sorted(moments):
        row = rows[number]
        lane = (row["organisation"], row["backend"])
        for what, most in ((lane, 1), (row["kind"], PARALLEL[row["kind"]]), ("all", AT_ONCE)):
            counts[what] += step
            if counts[what] > most:
                found.append(f"{at}: {counts[what]} of {what}")
    return found
