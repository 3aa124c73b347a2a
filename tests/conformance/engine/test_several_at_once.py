"""Do requests and ends that share a transaction come out as if each had its own?"""

from __future__ import annotations

import pytest

from coordinator.ends import finish_singles, next_for
from coordinator.requested import Accepted, Answers, Refused, Request
from coordinator.requests import request_all
from store.run.claimed import ClaimedRun
from store.run.ended import Ending
from tests.support.engine import Engine


@pytest.fixture(autouse=True)
def services(engine: Engine) -> None:
    engine.make_service("job", run_groups=["g"])
    engine.make_service("free", parallel=20)
    engine.make_service("other", parallel=20)
    engine.make_service("pair", parallel=2)
    engine.make_node()


def request(name: str, number: int = 0, key: str | None = None) -> Request:
    return Request(service=name, trigger="message", by="tester", args={"n": number}, key=key)


def asked(engine: Engine, *requests: Request) -> Answers:
    return engine.write(lambda tx: request_all(tx, requests, engine.rules, engine.clock.now()))


def accepted(answers: Answers) -> list[Accepted]:
    found = [each for each in answers.each if isinstance(each, Accepted)]
    assert len(found) == len(answers.each)
    return found


def test_each_is_a_run_of_its_own_in_the_order_of_asking(engine: Engine) -> None:
    answers = asked(engine, *(request("free", number) for number in range(5)))
    ids = [run_id for each in accepted(answers) for run_id in each.run_ids]
    assert [engine.run(run_id)["args"] for run_id in ids] == [f'{{"n": {number}}}' for number in range(5)]
    assert ids == sorted(ids)
    assert [message.run_id for message in answers.messages] == ids


def test_equal_ones_are_joined_though_they_come_together(engine: Engine) -> None:
    engine.start("job")
    first, second = accepted(asked(engine, request("job", 1), request("job", 1)))
    assert (second.run_ids, first.merged, second.merged) == (first.run_ids, False, True)


def test_one_that_is_refused_does_not_stop_the_others(engine: Engine) -> None:
    good, bad, after = asked(engine, request("free", 1), request("nobody"), request("free", 2)).each
    assert isinstance(bad, Refused)
    assert bad.code == "unknown_service"
    assert isinstance(good, Accepted)
    assert isinstance(after, Accepted)
    assert engine.states(*good.run_ids, *after.run_ids) == ["granted", "granted"]


def test_the_same_key_twice_is_one_run(engine: Engine) -> None:
    first, second = accepted(asked(engine, request("free", 1, "k"), request("free", 1, "k")))
    assert second.run_ids == first.run_ids


def test_a_key_that_comes_with_something_else_is_refused(engine: Engine) -> None:
    _, second = asked(engine, request("free", 1, "k"), request("free", 2, "k")).each
    assert isinstance(second, Refused)
    assert second.code == "key_used"


def test_the_first_of_a_group_is_granted_and_the_others_know_why_they_wait(engine: Engine) -> None:
    first, second, third = [
        each.run_ids[0] for each in accepted(asked(engine, *(request("job", n) for n in range(3))))
    ]
    assert engine.states(first, second, third) == ["granted", "queued", "queued"]
    assert engine.run(second)["wait_holder"] == first


def ends(engine: Engine, *runs: ClaimedRun, ended: str = "succeeded", fence: int | None = None) -> list[bool]:
    """Whether each of these was ours to end."""
    endings = [
        Ending(run.run_id, run.fence if fence is None else fence, run.attempt, ended, engine.clock.now())
        for run in runs
    ]
    found = engine.write(lambda tx: finish_singles(tx, endings))
    return [one.ended is not None for one in found]


def test_ends_of_several_services_each_count_for_their_own(engine: Engine) -> None:
    runs = [engine.start(name, args={"n": n}) for n, name in enumerate(["free", "other", "free", "free"])]
    engine.clock.advance(2)
    assert ends(engine, *runs) == [True] * 4
    assert engine.tallies("free", "runs") == {"succeeded|manual": 3.0}
    assert engine.tallies("other", "runs") == {"succeeded|manual": 1.0}
    assert engine.tallies("free", "run_duration")["sum"] == pytest.approx(6.0)
    assert engine.service("free")["last_run_id"] in [run.run_id for run in runs]
    assert len(engine.rows("SELECT 1 FROM attempt WHERE ended = 'succeeded'")) == 4


def test_a_late_end_among_others_changes_nothing(engine: Engine) -> None:
    mine, gone = engine.start("free", args={"n": 1}), engine.start("free", args={"n": 2})
    assert ends(engine, gone) == [True]
    assert ends(engine, gone, mine) == [False, True]
    assert engine.tallies("free", "runs") == {"succeeded|manual": 2.0}


def test_failures_in_a_row_are_counted_since_the_last_success(engine: Engine) -> None:
    runs = [engine.start("free", args={"n": number}) for number in range(3)]
    assert ends(engine, *runs[:2], ended="failed") == [True, True]
    assert engine.service("free")["consecutive_failures"] == 2
    assert ends(engine, runs[2]) == [True]
    assert engine.service("free")["consecutive_failures"] == 0


def test_places_that_become_free_together_are_filled_together(engine: Engine) -> None:
    running = [engine.start("pair", args={"n": number}) for number in range(2)]
    waiting = [engine.request("pair", args={"n": number}) for number in range(2, 5)]
    assert engine.states(*waiting) == ["queued"] * 3
    ends(engine, *running)
    here, now = engine.here(), engine.clock.now()
    passed = engine.write(lambda tx: next_for(tx, engine.rules, here, now, take=2))
    assert [run.run_id for run in passed.taken] == waiting[:2]
    assert engine.states(*waiting) == ["running", "running", "queued"]
