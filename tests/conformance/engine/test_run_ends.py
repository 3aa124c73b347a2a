"""What becomes of a run when something happens to it?"""

from __future__ import annotations

import pytest

from domain.run_state import backoff
from store import process
from store.run import granted
from store.run.claimed import claim
from tests.support.engine import Engine


@pytest.fixture(autouse=True)
def one_service(engine: Engine) -> None:
    engine.make_service("job", run_groups=["g"], retries=2)
    engine.make_service("plain")
    engine.make_node()


def attempts(engine: Engine, run_id: int) -> list[tuple[int, str]]:
    return engine.rows("SELECT n, ended FROM attempt WHERE run_id = ? ORDER BY n", run_id)  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["job", "plain"])
def test_a_run_that_succeeds_leaves_its_attempt_its_counts_and_no_group(engine: Engine, name: str) -> None:
    run = engine.start(name)
    engine.clock.advance(3)
    engine.end(run, outcome="done", counts={"rows": 4}, message="four rows")
    row = engine.run(run.run_id)
    assert (row["state"], row["outcome"], row["message"], row["counts"]) == (
        "succeeded", "done", "four rows", '{"rows": 4}',
    )  # fmt: skip
    assert attempts(engine, run.run_id) == [(1, "succeeded")]
    assert engine.rows("SELECT * FROM membership") == []
    assert engine.tallies(name, "runs") == {"succeeded|manual": 1}
    assert engine.tallies(name, "run_duration") == {"5": 1, "sum": 3}
    service = engine.service(name)
    assert (service["last_run_id"], service["last_outcome"], service["last_duration"]) == (
        run.run_id,
        "done",
        3,
    )


def test_a_second_end_of_the_same_attempt_changes_nothing(engine: Engine) -> None:
    run = engine.start("job")
    engine.end(run)
    assert engine.end(run, "failed", error="late").ended is None
    assert (engine.state(run.run_id), attempts(engine, run.run_id)) == ("succeeded", [(1, "succeeded")])
    assert engine.tallies("job", "runs") == {"succeeded|manual": 1}


def test_the_late_end_of_a_retired_attempt_changes_nothing(engine: Engine) -> None:
    first = engine.start("job")
    engine.end(first, "failed", error="no")
    engine.clock.advance(60)
    engine.look()
    second = engine.claim(first.run_id)
    assert second is not None
    assert engine.end(first).ended is None
    assert (engine.state(first.run_id), engine.held()) == ("running", {"g": first.run_id})
    assert second.fence > first.fence


def test_a_run_is_claimed_once(engine: Engine) -> None:
    run_id = engine.request("job")
    engine.make_node("n2")
    fence = engine.run(run_id)["fence"]
    assert engine.claim(run_id, "n1") is not None
    assert engine.claim(run_id, "n2", fence=fence) is None
    assert (engine.run(run_id)["node"], engine.run(run_id)["attempt"]) == ("n1", 1)


def test_a_message_that_comes_twice_in_one_batch_starts_one_attempt(engine: Engine) -> None:
    run_id = engine.request("job")
    wanted = (run_id, engine.run(run_id)["fence"])
    met = engine.write(
        lambda tx: claim(tx, [wanted, wanted], process_id=engine.workers["n1"], node="n1", now=1.0)
    )
    assert (list(met), engine.run(run_id)["attempt"]) == ([wanted[1]], 1)


def test_a_process_that_drains_claims_nothing(engine: Engine) -> None:
    run_id = engine.request("job")
    engine.write(lambda tx: process.drain(tx, engine.workers["n1"]))
    assert (engine.claim(run_id), engine.state(run_id)) == (None, "granted")


def test_a_withdrawn_grant_cannot_be_claimed_by_its_old_message(engine: Engine) -> None:
    run_id = engine.request("job")
    fence = engine.run(run_id)["fence"]
    engine.write(lambda tx: granted.withdraw(tx, [run_id]))
    assert (engine.state(run_id), engine.held()) == ("queued", {})
    engine.look()
    assert engine.claim(run_id, fence=fence) is None
    assert engine.claim(run_id) is not None


def test_a_cancelled_waiting_run_ends_at_once(engine: Engine) -> None:
    holder = engine.start("job")
    waits = engine.request("job", args={"n": 1})
    met = engine.cancel(waits)
    assert (met.ended, met.asked, engine.state(waits)) == ((waits,), (), "cancelled")
    assert engine.run(waits)["reason"] == "cancelled by tester"
    assert engine.held() == {"g": holder.run_id}
    assert engine.tallies("job", "runs") == {"cancelled|manual": 1}


def test_a_cancelled_grant_cannot_be_claimed_and_frees_its_groups(engine: Engine) -> None:
    first = engine.request("job")
    waits = engine.request("job", args={"n": 1})
    fence = engine.run(first)["fence"]
    assert engine.cancel(first).groups == ("g",)
    assert engine.claim(first, fence=fence) is None
    assert engine.states(first, waits) == ["cancelled", "granted"]


def test_a_cancelled_running_run_keeps_its_groups_until_it_has_stopped(engine: Engine) -> None:
    run = engine.start("job")
    waits = engine.request("job", args={"n": 1})
    met = engine.cancel(run.run_id)
    assert (met.ended, met.asked) == ((), (run.run_id,))
    assert (engine.state(run.run_id), engine.held()) == ("running", {"g": run.run_id})
    engine.end(run, "cancelled")
    assert (engine.state(run.run_id), engine.held()) == ("cancelled", {"g": waits})


def test_a_run_that_is_done_before_its_cancel_arrives_has_succeeded(engine: Engine) -> None:
    run = engine.start("job")
    engine.cancel(run.run_id)
    engine.end(run)
    assert engine.state(run.run_id) == "succeeded"


def test_a_run_that_ended_cannot_be_cancelled(engine: Engine) -> None:
    run = engine.start("job")
    engine.end(run)
    met = engine.cancel(run.run_id)
    assert (met.ended, met.asked, engine.state(run.run_id)) == ((), (), "succeeded")


@pytest.mark.parametrize("ended", ["failed", "timeout", "drained"])
def test_a_cancelled_run_is_not_tried_again(engine: Engine, ended: str) -> None:
    run = engine.start("job")
    engine.cancel(run.run_id)
    engine.end(run, ended)
    assert (engine.state(run.run_id), attempts(engine, run.run_id)) == ("cancelled", [(1, ended)])


def test_failed_attempts_are_tried_again_later_and_later_until_none_is_left(engine: Engine) -> None:
    run = engine.start("job")
    run_id = run.run_id
    for n in (1, 2):
        engine.end(run, "failed", error=f"fault {n}")
        row = engine.run(run_id)
        assert (row["state"], row["not_before"]) == ("queued", engine.clock.now() + backoff(n))
        assert (engine.look(), engine.held()) == ([], {})
        engine.clock.advance(backoff(n))
        engine.look()
        again = engine.claim(run_id)
        assert again is not None
        assert again.attempt == n + 1
        run = again
    engine.end(run, "timeout", error="too long")
    assert (engine.state(run_id), engine.run(run_id)["error"]) == ("failed", "too long")
    assert attempts(engine, run_id) == [(1, "failed"), (2, "failed"), (3, "timeout")]
    assert engine.service("job")["consecutive_failures"] == 1


def test_a_waiting_retry_does_not_hold_its_groups_against_others(engine: Engine) -> None:
    engine.end(engine.start("job"), "failed")
    assert engine.state(engine.request("job", args={"n": 2})) == "granted"


@pytest.mark.parametrize(("retry_lost", "state"), [(False, "lost"), (True, "granted")])
def test_a_lost_run_is_tried_again_only_if_the_service_says_so(
    engine: Engine, retry_lost: bool, state: str
) -> None:
    run = engine.start("job")
    engine.end(run, "lost", retry_lost=retry_lost)
    assert (engine.state(run.run_id), attempts(engine, run.run_id)) == (state, [(1, "lost")])


def test_a_drained_run_waits_again_in_its_old_place(engine: Engine) -> None:
    run = engine.start("plain")
    engine.clock.advance(30)
    engine.end(run, "drained")
    row = engine.run(run.run_id)
    assert (row["not_before"], row["queued_at"]) == (None, run.queued_at)
    assert engine.claim(run.run_id) is not None


def test_a_drain_costs_no_try(engine: Engine) -> None:
    run = engine.start("job")
    for _ in range(3):
        engine.end(run, "drained")
        again = engine.claim(run.run_id)
        assert again is not None
        run = again
    engine.end(run, "failed")
    assert (run.attempt, engine.state(run.run_id)) == (4, "queued")


def test_a_try_begins_without_the_progress_of_the_last(engine: Engine) -> None:
    run = engine.start("job")
    engine.write(lambda tx: tx.run("UPDATE run SET progress_done = 8, progress_total = 10"))
    engine.end(run, "failed")
    assert engine.run(run.run_id)["progress_done"] is None


def test_a_clock_that_steps_back_makes_no_negative_duration(engine: Engine) -> None:
    run = engine.start("plain")
    engine.clock.jump(-100)
    engine.end(run)
    assert engine.service("plain")["last_duration"] == 0
    assert engine.tallies("plain", "run_duration")["sum"] == 0


def test_a_scheduled_run_of_a_service_disabled_meanwhile_cannot_be_claimed(engine: Engine) -> None:
    engine.make_service("tidy", rule={"kind": "periodic", "minutes": 1})
    engine.clock.advance(60)
    engine.tick(grant=True)
    ((run_id,),) = engine.rows("SELECT id FROM run WHERE service = 'tidy'")
    fence = engine.run(run_id)["fence"]
    engine.write(lambda tx: tx.run("UPDATE service SET enabled = FALSE WHERE name = 'tidy'"))
    assert (fence is not None, engine.claim(run_id)) == (True, None)
