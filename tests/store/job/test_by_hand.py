"""Do the hands of people meet the jobs they may, and no others?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actors.job_kind import JobKind
from domain.jobs.states import STATES, TRANSITIONS
from store import database
from store.job import by_hand
from store.job.failures import failures_since
from tests.support.jobs import NOW, FarSide, add, begin, claim, claimer, finish, job

Hand = Callable[[Any, list[int]], list[int]]

WORDS: dict[str, Any] = {"by": "anna", "reason": None, "now": NOW}
HANDS: dict[str, Hand] = {
    "controlled": lambda tx, ids: by_hand.control(tx, ids, **WORDS),
    "cancelled": lambda tx, ids: by_hand.cancel(tx, ids, **WORDS),
    "held": lambda tx, ids: by_hand.hold(tx, ids, "unpaid"),
}


def job_in(state: str, kind: JobKind) -> int:
    """A job that has come to this state."""
    made = add(kind, f"of {state}")
    if state == "held":
        database.write(lambda tx: by_hand.hold(tx, [made], "unpaid"))
    elif state in ("controlled", "cancelled"):
        database.write(lambda tx: HANDS[state](tx, [made]))
    elif state != "queued":
        who = claimer(STATES.index(state) + 1)
        claim(who, kind)
        begin(who, made)
        if state != "running":
            finish(who, made, state)
    assert job(made)["state"] == state
    return made


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_moves_a_job_just_where_a_step_leads(kind: JobKind, state: str, hand: str) -> None:
    made = job_in(state, kind)
    met = database.write(lambda tx: HANDS[hand](tx, [made]))
    allowed = (state, hand) in TRANSITIONS
    assert (met, job(made)["state"]) == (([made], hand) if allowed else ([], state))


@pytest.mark.parametrize("state", STATES)
def test_run_now_brings_back_what_is_open_and_neither_held_nor_at_work(kind: JobKind, state: str) -> None:
    made = job_in(state, kind)
    met = database.write(lambda tx: by_hand.run_now(tx, [made]))
    again = {"queued": "queued", "unknown": "unknown", "failed": "queued"}
    assert (met == [made]) == (state in again)
    assert job(made)["state"] == again.get(state, state)


@pytest.mark.parametrize(("deletion", "tried", "taken_back"), [(1, 0, 1), (1, 1, 0), (0, 0, 0)])
def test_a_deletion_is_taken_back_only_while_no_try_was_made(
    deletion: bool, tried: bool, taken_back: bool
) -> None:
    kind = FarSide().kind(deletion=bool(deletion))
    made = add(kind)
    if tried:
        who = claimer()
        claim(who, kind)
        begin(who, made)
        finish(who, made, "queued")
    met = database.write(lambda tx: by_hand.reactivate(tx, [made], **WORDS))
    assert (bool(met), job(made)["state"]) == (bool(taken_back), "cancelled" if taken_back else "queued")


def test_what_is_in_doubt_stays_in_doubt_through_a_hold(kind: JobKind) -> None:
    made = job_in("unknown", kind)
    database.write(lambda tx: by_hand.hold(tx, [made], "unpaid"))
    database.write(lambda tx: by_hand.release(tx, [made]))
    assert job(made)["state"] == "unknown"


def test_who_has_paid_is_released_from_that_reason_only(kind: JobKind) -> None:
    unpaid, paused, other = add(kind), add(kind), add(kind, "globex")
    for made, why in ((unpaid, "unpaid"), (paused, "paused"), (other, "unpaid")):
        database.write(lambda tx, made=made, why=why: by_hand.hold(tx, [made], why))  # type: ignore[misc]
    assert database.write(lambda tx: by_hand.release_of(tx, "acme", "unpaid")) == [unpaid]


def test_retry_gives_all_that_failed_their_tries_again(kind: JobKind) -> None:
    made = job_in("failed", kind)
    other = FarSide().kind("other")
    assert database.write(lambda tx: by_hand.retry_failed(tx, other.name)) == []
    assert database.write(lambda tx: by_hand.retry_failed(tx)) == [made]
    assert (job(made)["state"], job(made)["tries"], job(made)["attempts"]) == ("queued", 0, 1)


def test_each_failure_is_in_the_digest_of_one_period(kind: JobKind) -> None:
    made, put_right = job_in("failed", kind), add(kind, "globex")
    who = claimer(99)
    claim(who, kind)
    finish(who, put_right, "failed", message="it is full")
    database.write(lambda tx: by_hand.control(tx, [put_right], **WORDS))
    read = database.read()
    assert failures_since(read, NOW - 60, NOW) == []
    assert [each.job_id for each in failures_since(read, NOW, NOW + 60)] == [made]
    assert failures_since(read, NOW + 60) == []
