"""What does a try leave a job as, and when is it tried again?"""

from __future__ import annotations

import pytest

from domain.jobs.states import TRANSITIONS
from domain.jobs.tries import LOOK_UPS, TRIES, JobOutcome, Left, after_look_up, after_try, backoff

DONE, FAILED, UNKNOWN = JobOutcome.done(), JobOutcome.failed("no"), JobOutcome.unknown("timeout")


def test_five_tries_are_1_5_15_and_60_minutes_apart() -> None:
    left = [after_try(FAILED, tries) for tries in range(1, TRIES + 1)]
    assert left == [*(Left("queued", 60.0 * minutes) for minutes in (1, 5, 15, 60)), Left("failed")]


def test_what_would_fail_again_is_not_tried_again() -> None:
    assert after_try(JobOutcome.failed("no such plan", final=True), 1) == Left("failed")


def test_a_try_of_unknown_outcome_is_never_called_failed() -> None:
    assert {after_try(UNKNOWN, tries).state for tries in range(1, TRIES + 3)} == {"unknown"}


@pytest.mark.parametrize(("tries", "state"), [(1, None), (TRIES - 1, None), (TRIES, "failed")])
def test_what_is_not_there_is_tried_again_while_tries_are_left(tries: int, state: str | None) -> None:
    left = after_look_up(FAILED, tries, 1)
    assert (left.state if left else None) == state


def test_what_is_found_is_done_even_after_the_last_try() -> None:
    assert after_look_up(DONE, TRIES, 3) == Left("done")


def test_look_ups_that_cannot_tell_come_to_an_end() -> None:
    states = [after_look_up(UNKNOWN, 1, n) for n in range(1, LOOK_UPS + 1)]
    assert [left.state for left in states if left] == ["unknown"] * (LOOK_UPS - 1) + ["failed"]


@pytest.mark.parametrize("outcome", [DONE, FAILED, UNKNOWN])
def test_every_end_is_a_step_that_running_may_take(outcome: JobOutcome) -> None:
    ends = [after_try(outcome, n) for n in range(1, 7)]
    ends += [left for n in range(1, 12) if (left := after_look_up(outcome, 1, n))]
    assert all(("running", left.state) in TRANSITIONS for left in ends)


def test_the_last_pause_stands_for_all_that_follow() -> None:
    assert [backoff(n, (1.0, 2.0)) for n in (0, 1, 2, 3, 99)] == [1, 1, 2, 2, 2]
