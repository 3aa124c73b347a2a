"""The checker finds each kind of violation in made-up journals and answers, and none in a clean one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.time.clock import rfc3339
from tests.chaos.checker import Checked, check, main
from tests.chaos.journal import Journal, Line
from tests.chaos.table import recoveries, table

Runs = dict[int, dict[str, Any]]
Plant = Callable[[list[Line], Runs], object]

#: Wall time of the fabricated journals: a whole minute. Their `mono` counts from there.
T0 = 1_800_000_000


def work(what: str, run: int | None, at: float, **fields: Any) -> Line:
    given = {"service": "s", "attempt": 1, "fence": run, "groups": ["a"], "node": "n1", "pid": 10}
    return {"what": what, "run": run, **given, **fields, "mono": at, "wall": T0 + at}


def attempt(n: int, end: str, at: float) -> dict[str, Any]:
    times = {"started_at": rfc3339(T0), "ended_at": rfc3339(T0 + at)}
    return {"n": n, "node": "n1", **times, "end": end, "error": None}


def run(run_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": run_id, "service": "s", "state": "succeeded", "ended_at": rfc3339(T0), "reason": None,
        "planned_at": None, "planned_until": None, "node": "n1", "args": {},
        "attempts": [attempt(1, "succeeded", 1)], **fields,
    }  # fmt: skip


def story() -> tuple[list[Line], Runs]:
    """A site that keeps its promises: a request, a killed holder that is tried again, a hold, two minutes."""
    lines = [
        {"what": "site", "planned": {"tick": [""], "each": ["n1", "n2"]}, "from": T0 - 30, "until": T0 + 61,
         "bound": 1.0, "skew": 0.0, "mono": -1, "wall": T0},
        {"what": "accepted", "service": "s", "number": "x", "way": "api", "runs": [1], "mono": 0, "wall": 0},
        work("start", 1, 1.0), work("end", 1, 2.0),
        work("start", 2, 3.0, pid=11),
        {"what": "fault", "name": "kill_worker", "began": 3.5, "killed": [11], "mono": 3.6, "wall": T0 + 3.6},
        work("start", 2, 4.0, attempt=2, fence=3), work("end", 2, 5.0, attempt=2, fence=3),
        work("start", None, 6.0, fence=4), work("end", None, 7.0, fence=4),
        {"what": "released", "fence": 4, "mono": 7.1, "wall": T0 + 7},
        work("start", 5, 8.0, fence=8), work("end", 5, 9.0, fence=8),
    ]  # fmt: skip
    runs = {
        1: run(1, args={"number": "x"}),
        2: run(2, attempts=[attempt(1, "lost", 3.5), attempt(2, "succeeded", 5)]),
        5: run(5),
    }
    planned = [
        ("tick", None, 0),
        ("tick", None, 60),
        *(("each", n, at) for n in ("n1", "n2") for at in (0, 60)),
    ]
    for number, (service, node, at) in enumerate(planned, 10):
        runs[number] = run(number, service=service, node=node, planned_at=rfc3339(T0 + at))
    return lines, runs


def checked(plant: Plant | None = None) -> Checked:
    lines, runs = copy.deepcopy(story())
    if plant is not None:
        plant(lines, runs)
    return check(sorted(lines, key=lambda line: line["mono"]), list(runs.values()))


def late(at: float) -> Line:
    """The killed holder's code, after the next attempt has begun."""
    return work("alive", 2, at, pid=11)


def two_holders(lines: list[Line], runs: Runs) -> None:
    lines.append(work("start", 6, 1.5, fence=2))
    lines.append(work("end", 6, 1.6, fence=2))
    runs[6] = run(6)


def an_older_fence_begins_late(lines: list[Line], runs: Runs) -> None:
    lines.append(work("start", 6, 4.5, fence=2))
    lines.append(work("end", 6, 4.6, fence=2))
    runs[6] = run(6)


def lost_only_later(lines: list[Line], runs: Runs) -> None:
    lines.append(late(4.5))
    runs[2]["attempts"][0] = attempt(1, "lost", 4.4)


def a_hold_that_others_share(lines: list[Line], runs: Runs) -> None:
    lines.append(work("start", 6, 6.5, fence=6))
    lines.append(work("end", 6, 6.6, fence=6))
    runs[6] = run(6)


PLANTED: list[tuple[str, Plant]] = [
    ("overlap", two_holders),
    ("overlap", an_older_fence_begins_late),
    ("overlap", lost_only_later),
    ("overlap", a_hold_that_others_share),
    ("a retired holder went on", lambda lines, _: lines.extend([late(4.1), late(5.2)])),
    ("no end", lambda _, runs: runs[1].update(state="running")),
    ("no end", lambda _, runs: runs[1].update(ended_at=None)),
    ("no reason", lambda _, runs: runs[10].update(state="missed")),
    ("succeeded twice", lambda _, runs: runs[2]["attempts"].insert(0, attempt(2, "succeeded", 2))),
    ("asked once, made twice", lambda _, runs: runs.update({6: run(6, service="t", args={"number": "x"})})),
    ("lost request", lambda _, runs: runs[1].update(args={})),
    ("lost request", lambda lines, _: lines[1].update(runs=[99])),
    ("lost minute", lambda _, runs: runs.pop(11)),
    ("lost minute", lambda _, runs: runs.pop(15)),
    ("planned once, made twice", lambda _, runs: runs.update({6: {**runs[10], "id": 6}})),
    ("unknown run", lambda lines, _: lines.append(work("start", 7, 10.0, fence=9))),
    ("succeeded without work", lambda lines, _: lines.remove(lines[3])),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "plant"), PLANTED)
def test_a_planted_violation_is_found_and_nothing_else(kind: str, plant: Plant) -> None:
    assert {finding.kind for finding in checked(plant).findings} == {kind}


def test_one_record_may_stand_for_several_minutes() -> None:
    def coalesced(_: list[Line], runs: Runs) -> None:
        runs.pop(11)
        runs[10].update(planned_until=rfc3339(T0 + 60))

    assert checked(coalesced).findings == []


def test_a_site_that_keeps_its_promises_is_clean() -> None:
    found = checked()
    assert found.findings == []
    assert found.counts["planned minutes"] == 6


def test_lines_of_a_retired_fence_are_counted_apart() -> None:
    found = checked(lambda lines, _: lines.extend([late(4.1), late(4.6)]))
    assert found.findings == []
    assert found.counts["lines of retired fences"] == 2
    assert found.late_for == pytest.approx(0.5)


def test_a_hold_that_was_taken_away_may_still_write_for_a_moment() -> None:
    def plant(lines: list[Line], runs: Runs) -> None:
        a_hold_that_others_share(lines, runs)
        lines.remove(next(line for line in lines if line["what"] == "released"))

    assert checked(plant).findings == []


@pytest.mark.parametrize(("at", "kinds"), [(3.0, []), (30.0, ["overlap"])])
def test_a_clock_that_was_made_wrong_is_allowed_for_while_it_was(at: float, kinds: list[str]) -> None:
    def plant(lines: list[Line], runs: Runs) -> None:
        lost_only_later(lines, runs)
        lines[0]["skew"] = 20.0
        shifted = {
            "what": "fault",
            "name": "shift_clock",
            "began": at,
            "killed": [],
            "mono": at + 1,
            "wall": 0,
        }
        lines.append(shifted)

    assert [finding.kind for finding in checked(plant).findings] == kinds


def test_the_killed_run_s_next_start_is_its_recovery() -> None:
    lines, _ = story()
    recovery = recoveries(lines)["kill_worker"]
    assert (recovery.times, recovery.again) == (1, [0.5])
    assert recovery.work == [pytest.approx(0.4)]


def test_the_table_says_what_was_broken() -> None:
    text = table(story()[0], checked(two_holders))
    assert "1 violations" in text
    assert "group a: run 1 attempt 1 of s on n1" in text


@pytest.mark.parametrize(("plant", "code"), [(None, 0), (two_holders, 1)])
def test_the_command_ends_with_1_on_a_violation(tmp_path: Path, plant: Plant | None, code: int) -> None:
    lines, runs = story()
    if plant is not None:
        plant(lines, runs)
    (tmp_path / "journal").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    (tmp_path / "runs").write_text(json.dumps({"runs": list(runs.values())}))
    assert main([str(tmp_path / "journal"), str(tmp_path / "runs")]) == code


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.write("start", run=1)
    with journal.path.open("a") as file:
        file.write("torn\n")
    with pytest.raises(ValueError, match="line 2 is no line of a journal"):
        journal.read()
