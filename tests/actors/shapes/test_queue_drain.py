"""Does a drain carry out each job once, try again what failed, and look up what is unknown?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome, service
from actors.context import StopRequested
from actors.job_kind import JobKind, JobOutcome
from actors.shapes.queue_drain import drain
from actors.testing import FakeContext, testing_context
from domain.jobs.job import Job
from store import database
from tests.support import rows
from tests.support.jobs import NOW, FarSide, add, begin, claim, claimer, end_run, job, states, tries
from tests.support.opened import DATABASES, opened_database


@service(title="Demo")
def demo(context: Any) -> None:
    """Drains, in these tests by hand."""


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def far() -> FarSide:
    return FarSide()


def a_run(run_id: int = 50, now: float = NOW) -> FakeContext:
    """A new run of the draining service, at this time."""
    rows.run(run_id, "running", service="demo")
    at = datetime.fromtimestamp(now, UTC)
    return testing_context(demo, now=at, run_id=run_id, fence=run_id)


def drained(kind: JobKind, run_id: int = 50, now: float = NOW, at_once: int = 4) -> Outcome:
    return drain(a_run(run_id, now), (kind,), at_once=at_once)


def test_all_that_may_run_is_done_and_counted(far: FarSide) -> None:
    kind = far.kind()
    made = [add(kind, organisation, args={"size": 2}) for organisation in "aaabbc"]
    outcome = drained(kind)
    assert (outcome.kind, dict(outcome.counts)) == ("done", {"done": 6})
    assert set(states().values()) == {"done"}
    assert len(far.acts) == len(set(far.acts)) == 6
    assert [each for each in far.order if each in made[:3]] == made[:3]
    assert tries(made[0]) == ["done"]


def test_the_handler_gets_its_own_arguments_and_our_key(far: FarSide) -> None:
    seen: list[Job] = []
    far.says = lambda each: seen.append(each) or JobOutcome.done()  # type: ignore[func-returns-value]
    made = add(far.kind(), object="mailbox", args={"size": "7"})
    drained(far.kind())
    assert (seen[0].arguments.size, seen[0].object, seen[0].tries) == (7, "mailbox", 1)
    assert seen[0].own_key == job(made)["own_key"]


def test_a_failed_job_is_tried_five_times_then_waits_for_a_person(far: FarSide) -> None:
    far.says = lambda each: JobOutcome.failed("the server is full")
    kind, now, waits = far.kind(), NOW, []
    made = add(kind)
    for run_id in range(1, 6):
        drained(kind, run_id, now)
        assert drain(a_run(100 + run_id, now), (kind,)).counts == {}
        again = job(made)["not_before"]
        waits.append(None if again is None else again - now)
        now = again or now
    assert waits == [60, 300, 900, 3600, None]
    assert (job(made)["state"], job(made)["error"]) == ("failed", "the server is full")
    assert tries(made) == ["failed"] * 5


@pytest.mark.parametrize("how", ["says so", "raises", "exits", "says nothing"])
def test_a_lost_answer_is_looked_up_and_never_done_twice(far: FarSide, how: str) -> None:
    def lose(context: Any, each: Job) -> JobOutcome:
        far.acts.append(each.own_key)
        if how == "raises":
            raise TimeoutError("no answer")
        if how == "exits":
            raise SystemExit(1)
        return JobOutcome.unknown("no answer") if how == "says so" else None  # type: ignore[return-value]

    kind = far.kind(work=lose)
    made = add(kind)
    assert drained(kind).counts == {"unknown": 1}
    assert job(made)["state"] == "unknown"
    assert drained(kind, 51, NOW + 59).counts == {}
    assert drained(kind, 52, NOW + 60).counts == {"done": 1}
    assert len(far.acts) == 1
    assert far.looked_up == [made]
    assert (job(made)["state"], job(made)["message"]) == ("done", "found")


def test_what_the_look_up_does_not_find_is_tried_again_at_once(far: FarSide) -> None:
    kind = far.kind()
    made = add(kind)
    dead = claimer(1)
    claim(dead, kind)
    begin(dead, made)
    end_run(1)
    assert drained(kind, 50).counts == {}  # an act that was cut off may still show
    assert drained(kind, 51, NOW + 60).counts == {"done": 1}
    assert (far.looked_up, len(far.acts), tries(made)) == ([made], 1, ["lost", "done"])


def test_a_job_that_was_claimed_and_not_begun_is_done_without_a_look_up(far: FarSide) -> None:
    kind = far.kind()
    made = add(kind)
    claim(claimer(1), kind)
    end_run(1)
    assert drained(kind).counts == {"done": 1}
    assert (far.looked_up, tries(made)) == ([], ["done"])


def test_a_look_up_that_cannot_tell_tries_nothing(far: FarSide) -> None:
    far.says = far.sees = lambda each: JobOutcome.unknown("no answer")
    kind, now = far.kind(), NOW
    made = add(kind)
    for run_id in range(1, 12):
        drained(kind, run_id, now)
        now += 3600
    assert (len(far.acts), len(far.looked_up)) == (1, 10)
    assert job(made)["state"] == "failed"
    assert job(made)["error"].startswith("nobody knows whether it took effect, after 10 look-ups")
    assert bool(job(made)["unsure"])


def test_a_repeatable_kind_needs_no_look_up(far: FarSide) -> None:
    kind = far.kind(look_up=None, repeatable=True)
    made = add(kind)
    dead = claimer(1)
    claim(dead, kind)
    begin(dead, made)
    end_run(1)
    drained(kind, 50)
    assert drained(kind, 51, NOW + 60).counts == {"done": 1}


def test_arguments_that_do_not_fit_any_more_fail_the_job_by_name(far: FarSide) -> None:
    made, good = add(far.kind()), add(far.kind())
    database.write(lambda tx: tx.run("""UPDATE job SET args = '{"colour": 1}' WHERE id = ?""", (made,)))
    assert drained(far.kind()).counts == {"failed": 1, "done": 1}
    assert "colour is unknown" in job(made)["error"]
    assert (job(made)["attempts"], job(good)["state"]) == (0, "done")


def test_an_organisation_that_was_archived_meanwhile_fails_its_jobs_untried(far: FarSide) -> None:
    gone, good = add(far.kind(), "globex"), add(far.kind())
    archived = {"globex": "globex is archived: cancel its jobs"}
    outcome = drain(a_run(), (far.kind(),), known=lambda tx, name: archived.get(name))
    assert outcome.counts == {"failed": 1, "done": 1}
    assert (job(gone)["error"], job(gone)["attempts"]) == (
        "organisation: globex is archived: cancel its jobs",
        0,
    )
    assert (far.order, job(good)["state"]) == ([good], "done")


def test_so_many_run_at_a_time(far: FarSide) -> None:
    barrier = threading.Barrier(3, timeout=20)

    def meet(each: Job) -> JobOutcome:
        barrier.wait()
        return JobOutcome.done()

    far.says = meet
    for organisation in "abc":
        add(far.kind(), organisation)
    assert drained(far.kind(), at_once=3).counts == {"done": 3}


def test_a_stop_lets_what_runs_end_and_leaves_the_rest(far: FarSide) -> None:
    context = a_run()

    def stop(each: Job) -> JobOutcome:
        context.ports.stop = "drain"
        return JobOutcome.done()

    far.says = stop
    first, second = add(far.kind()), add(far.kind())
    outcome = drain(context, (far.kind(),))
    assert (outcome.kind, dict(outcome.counts)) == ("partial", {"done": 1})
    assert states() == {first: "done", second: "queued"}


def test_an_act_that_a_stop_cut_off_is_looked_up_by_the_next_run_at_once(far: FarSide) -> None:
    context = a_run()

    def stop(each: Job) -> JobOutcome:
        context.ports.stop = "drain"
        raise StopRequested("drain")

    far.says = stop
    made = add(far.kind())
    drain(context, (far.kind(),))
    assert job(made)["state"] == "unknown"
    far.says = None
    assert drained(far.kind(), 51).counts == {"done": 1}


def test_a_run_that_lost_its_fence_meanwhile_acts_no_more(far: FarSide) -> None:
    def lose(each: Job) -> JobOutcome:
        end_run(50)
        return JobOutcome.done()

    far.says = lose
    first, second = add(far.kind()), add(far.kind())
    drained(far.kind())
    # What was done in truth is kept, since nobody else has taken it; nothing new is begun.
    assert states() == {first: "done", second: "queued"}
    assert len(far.acts) == 1


def test_a_kind_says_all_that_is_wrong_with_it() -> None:
    with pytest.raises(
        ValueError, match=r"job kind No Name: name: .*priority: .*parallel: .*look_up: needed"
    ):
        JobKind(
            name="No Name",
            title="",
            service="demo",
            backend="b",
            work=FarSide().work,
            priority=11,
            parallel=0,
        )
