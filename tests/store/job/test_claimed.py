"""Does a claim take what is next, once, within the limits, in few round trips?"""

from __future__ import annotations

from typing import Any

import pytest

from actors.job_kind import JobKind
from store import database
from store.errors import DatabaseError
from store.job import by_hand, limits
from store.tx import Tx
from tests.support import rows
from tests.support.jobs import NOW, FarSide, add, begin, claim, claimer, end_run, finish, job, states


def test_a_lane_is_first_in_first_out_whatever_the_priority(kind: JobKind) -> None:
    first, second = add(kind), add(kind, priority=0)
    who = claimer()
    assert claim(who, kind) == [first]
    assert claim(who, kind) == []
    finish(who, first)
    assert claim(who, kind) == [second]


def test_lanes_are_of_an_organisation_and_a_back_end(kind: JobKind) -> None:
    other = FarSide().kind("elsewhere", backend="other")
    jobs = [add(kind), add(other), add(kind, "globex"), add(kind)]
    assert claim(claimer(), kind, other) == jobs[:3]


@pytest.mark.covers("page", "Priority of jobs")
def test_between_lanes_the_better_priority_goes_first() -> None:
    late, soon = FarSide().kind("late", priority=9), FarSide().kind("soon", priority=1)
    jobs = [add(late, "a"), add(soon, "b"), add(late, "c", priority=0)]
    assert claim(claimer(), late, soon) == [jobs[2], jobs[1], jobs[0]]


@pytest.mark.parametrize("state", ["failed", "held", "later", "not automatic"])
def test_what_cannot_go_on_blocks_its_object_and_not_its_lane(kind: JobKind, state: str) -> None:
    manual = FarSide().kind("manual")
    stuck = add(manual if state == "not automatic" else kind, object="mailbox 1")
    same, other = add(kind, object="mailbox 1"), add(kind, object="mailbox 2")
    who = claimer()
    if state == "held":
        database.write(lambda tx: by_hand.hold(tx, [stuck], "unpaid"))
    elif state == "not automatic":
        database.write(lambda tx: limits.change(tx, {"automatic": False}, NOW, "manual"))
    else:
        claim(who, kind)
        begin(who, stuck)
        finish(who, stuck, "failed") if state == "failed" else finish(who, stuck, "queued", again_at=NOW + 60)
    assert claim(who, kind, manual) == [other]
    finish(who, other)
    assert claim(who, kind, manual) == []
    database.write(lambda tx: by_hand.cancel(tx, [stuck], by="anna", reason=None, now=NOW))
    assert claim(who, kind, manual) == [same]


def test_a_job_without_an_object_blocks_nobody(kind: JobKind) -> None:
    failed, following = add(kind), add(kind)
    who = claimer()
    claim(who, kind)
    finish(who, failed, "failed")
    assert claim(who, kind) == [following]


def test_a_job_waits_until_its_time_has_come(kind: JobKind) -> None:
    only = add(kind)
    who = claimer()
    claim(who, kind)
    finish(who, only, "queued", again_at=NOW + 60)
    assert claim(who, kind, now=NOW + 59) == []
    assert claim(who, kind, now=NOW + 60) == [only]


def test_the_live_limits_are_those_of_the_next_claim(kind: JobKind) -> None:
    for organisation in "abcdef":
        add(kind, organisation)
    database.write(lambda tx: limits.change(tx, {"parallel": 2}, NOW, kind.name))
    assert len(claim(claimer(1), kind)) == 2
    assert claim(claimer(2), kind) == []
    database.write(lambda tx: limits.change(tx, {"parallel": None}, NOW, kind.name))
    database.write(lambda tx: limits.change(tx, {"at_once": 5}, NOW))
    assert len(claim(claimer(3), kind)) == 3


def test_switched_off_only_what_is_run_by_hand_is_claimed(kind: JobKind) -> None:
    jobs = [add(kind, organisation) for organisation in "abc"]
    database.write(lambda tx: limits.change(tx, {"automatic": False}, NOW))
    who = claimer()
    assert claim(who, kind) == []
    database.write(lambda tx: by_hand.run_now(tx, [jobs[1]]))
    assert claim(who, kind) == [jobs[1]]
    finish(who, jobs[1], "queued")
    assert claim(who, kind) == []


@pytest.mark.parametrize("how", ["ended", "another fence"])
def test_a_run_that_is_not_at_work_claims_nothing(kind: JobKind, how: str) -> None:
    add(kind)
    who = claimer()
    if how == "ended":
        end_run(1)
    else:
        database.write(lambda tx: tx.run("UPDATE run SET fence = 99"))
    assert claim(who, kind) == []
    assert states() == {1: "queued"}


@pytest.mark.parametrize("begun", [True, False])
@pytest.mark.parametrize("how", ["ended", "another fence"])
def test_what_a_dead_run_had_claimed_is_open_again(kind: JobKind, begun: bool, how: str) -> None:
    only = add(kind)
    dead = claimer(1)
    claim(dead, kind)
    if begun:
        begin(dead, only)
    if how == "ended":
        end_run(1)
    else:
        database.write(lambda tx: tx.run("UPDATE run SET fence = 99"))
    living = claimer(2)
    # After the pause in which an act that was cut off may still show.
    claim(living, kind)
    claim(living, kind, now=NOW + 60)
    found = job(only)
    assert (found["run_id"], found["state"]) == (2, "running")
    assert (bool(found["unsure"]), found["tries"], found["look_ups"]) == (begun, int(begun), int(begun))
    assert not finish(dead, only)
    assert begin(dead, only) == set()
    assert finish(living, only)


def test_a_lane_never_has_two_jobs_at_work_by_the_databases_own_word(kind: JobKind) -> None:
    add(kind), add(kind)
    claim(claimer(), kind)
    with pytest.raises(DatabaseError):
        database.write(lambda tx: tx.run("UPDATE job SET state = 'running', fence = 1 WHERE id = 2"))


def test_a_claim_of_forty_takes_no_more_round_trips_than_one(
    kind: JobKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips: list[str] = []

    def counted(name: str) -> Any:
        plain = getattr(Tx, name)

        def trip(self: Tx, *args: Any) -> Any:
            before = len(trips)
            answer = plain(self, *args)
            del trips[before:]  # what a batch runs one by one on SQLite is one call
            trips.append(name)
            return answer

        return trip

    who = claimer()
    wide = FarSide().kind("wide", parallel=99)
    database.write(lambda tx: limits.change(tx, {"at_once": 99}, NOW))
    needed = []
    for many in (1, 40):
        for number in range(many):
            add(wide, f"{many} {number}")
        with monkeypatch.context() as patched:
            for name in ("all", "batch", "run", "many"):
                patched.setattr(Tx, name, counted(name))
            trips.clear()
            ids = claim(who, wide)
            needed.append((len(ids), len(trips)))
            trips.clear()
            assert begin(who, *ids) == set(ids)
            needed.append((len(ids), len(trips)))
    assert needed == [(1, 3), (1, 1), (40, 3), (40, 1)]


def test_two_runs_never_claim_the_same_job(kind: JobKind) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for number in range(40):
        add(kind, f"o{number % 8}")
    runs = [claimer(number) for number in range(1, 5)]

    def claims(who: Any) -> list[int]:
        mine: list[int] = []
        while ids := claim(who, kind, most=3):
            for each in ids:
                begin(who, each)
                assert finish(who, each)
            mine += ids
        database.drop_connection()
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [each for ids in pool.map(claims, runs) for each in ids]
    assert sorted(taken) == sorted(set(taken))
    assert set(states().values()) <= {"done", "queued"}
    while ids := claim(runs[0], kind):
        for each in ids:
            finish(runs[0], each)
    assert len(rows.ids("job")) == 40
    assert set(states().values()) == {"done"}
