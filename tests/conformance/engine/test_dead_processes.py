"""Who takes over what a dead process, a lost message or a lost node leaves behind?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from coordinator import holds, rescue
from coordinator.sweep import LEFT_AFTER, RESEND_AFTER, RETURN_AFTER, Sweeper
from store import node, process
from store.database import read
from store.errors import DatabaseAway
from tests.support.engine import Engine, periodic


@pytest.fixture(autouse=True)
def one_service(engine: Engine) -> None:
    engine.make_service("job", run_groups=["g"])
    engine.make_service("again", run_groups=["g"], retry_lost=True)
    engine.make_node()


def pass_time(engine: Engine, seconds: float, *alive: int) -> list[str]:
    """Sweeps every two seconds, while these processes renew; who was given up."""
    lost = []
    for _ in range(int(seconds / 2)):
        engine.clock.advance(2)
        for one in alive:
            engine.write(lambda tx, one=one: process.renew(tx, one, now=engine.clock.now()))  # type: ignore[misc]
        lost += engine.sweep().lost
    return lost


def test_a_process_that_renews_its_lease_is_never_given_up(engine: Engine) -> None:
    assert pass_time(engine, 60, engine.workers["n1"]) == []


def test_a_silent_process_is_given_up_after_a_full_lease_and_not_before(engine: Engine) -> None:
    engine.sweep()
    assert pass_time(engine, engine.rules.lease - 1) == []
    assert pass_time(engine, 2) == ["n1/worker-1"]


def test_a_database_that_takes_no_writes_costs_nobody_his_lease(engine: Engine) -> None:
    clock, lease = engine.clock, engine.rules.lease
    own = [clock.monotonic()]
    engine.sweeper = Sweeper(engine.rules, clock.now, clock.monotonic, renewed=lambda: own[0])
    engine.sweep()
    assert pass_time(engine, lease * 4) == []  # the sweeper's own lease stood still as well
    own[0] = clock.monotonic()  # the first who may write again: the others follow within a renewal
    assert pass_time(engine, lease / 5) == []
    assert pass_time(engine, lease, engine.workers["n1"]) == []


def test_the_run_of_a_dead_process_is_lost_and_the_next_one_starts_in_the_same_sweep(engine: Engine) -> None:
    dead = engine.workers["n1"]
    run = engine.start("job")
    waits = engine.request("job", args={"n": 1})
    other = engine.make_process("n1")
    pass_time(engine, 20, other)
    assert engine.states(run.run_id, waits) == ["lost", "granted"]
    assert engine.held() == {"g": waits}
    assert engine.end(run).ended is None  # it lives after all
    assert engine.value("SELECT state FROM process WHERE id = ?", dead) == "lost"
    assert engine.run(run.run_id)["error"] == "n1/worker-1 did not renew its lease for 15 s"
    assert engine.write(lambda tx: process.renew(tx, dead, now=1.0)) is False


def test_a_run_that_may_be_done_twice_starts_again_with_a_higher_fence(engine: Engine) -> None:
    run = engine.start("again")
    other = engine.make_process("n1")
    pass_time(engine, 20, other)
    second = engine.claim(run.run_id)
    assert second is not None
    assert (second.attempt, second.fence > run.fence) == (2, True)


def test_an_outage_of_the_database_is_nobodys_silence(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.sweep()
    for _ in range(10):
        pass_time(engine, 6)
        with monkeypatch.context() as patched:
            patched.setattr(process, "live", _away)
            engine.clock.advance(5)
            with pytest.raises(DatabaseAway):
                engine.sweep()
            engine.clock.advance(1)
        # Who renews once after each outage is alive.
        assert pass_time(engine, 2, engine.workers["n1"]) == []


def _away(*_: object) -> None:
    raise DatabaseAway("database cannot be reached: gone")


def test_time_without_a_look_is_nobodys_silence(engine: Engine) -> None:
    engine.sweep()
    engine.clock.advance(1000)
    assert engine.sweep().lost == []


def test_one_who_renewed_since_the_look_is_not_given_up(engine: Engine) -> None:
    run = engine.start("job")
    system = engine.make_process("n1", kind="system")
    seen = {one.id: one for one in process.live(read())}
    for one in seen:
        engine.write(lambda tx, one=one: process.renew(tx, one, now=1.0))  # type: ignore[misc]
    for one in (engine.workers["n1"], system):
        met = engine.write(
            lambda tx, one=one: rescue.give_up(tx, seen[one], engine.rules, now=1.0, reason="")  # type: ignore[misc]
        )
        assert met is None
    assert engine.state(run.run_id) == "running"
    assert engine.value("SELECT state FROM node") == "up"


def test_a_node_without_its_system_worker_is_lost_and_gets_no_grants(engine: Engine) -> None:
    engine.make_process("n1", kind="system")
    pass_time(engine, 20, engine.workers["n1"])
    assert engine.value("SELECT state FROM node") == "lost"
    waits = engine.request("job")
    assert engine.sentence(waits) == "no node with role master is up"


def test_a_node_that_comes_back_is_up_again(engine: Engine) -> None:
    engine.make_process("n1", kind="system")
    pass_time(engine, 20, engine.workers["n1"])
    waits = engine.request("job")
    engine.write(lambda tx: node.seen(tx, "n1", "n1a0", engine.clock.now()))  # an earlier incarnation
    assert engine.value("SELECT state FROM node") == "lost"
    engine.write(lambda tx: node.seen(tx, "n1", "n1a1", engine.clock.now()))
    engine.sweep()
    assert (engine.value("SELECT state FROM node"), engine.state(waits)) == ("up", "granted")


def test_a_node_with_a_new_system_worker_is_not_lost(engine: Engine) -> None:
    engine.make_process("n1", kind="system")
    second = engine.make_process("n1", kind="system")
    assert pass_time(engine, 20, engine.workers["n1"], second) == ["n1/system-1"]
    assert engine.value("SELECT state FROM node") == "up"


def test_a_node_that_is_lost_for_more_than_an_hour_has_left(engine: Engine) -> None:
    engine.write(lambda tx: node.set_state(tx, "n1", "lost", engine.clock.now()))
    engine.clock.advance(3600)
    engine.sweep()
    assert engine.value("SELECT state FROM node") == "lost"
    engine.clock.advance(1)
    engine.sweep()
    assert engine.value("SELECT state FROM node") == "left"


def test_a_grant_whose_message_was_lost_is_told_again(engine: Engine) -> None:
    (message,) = engine.ask("job").messages
    engine.clock.advance(RESEND_AFTER - 1)
    assert engine.sweep().messages == []
    engine.clock.advance(1)
    assert engine.sweep().messages == [replace(message, for_node="n1")]  # only to the node that was granted
    assert engine.sweep().messages == []
    assert engine.claim(message.run_id, fence=message.fence) is not None


def test_a_grant_that_nobody_claims_is_taken_back_and_goes_to_the_next(engine: Engine) -> None:
    first, waits = engine.request("job"), engine.request("job", args={"n": 1})
    engine.make_service("job", run_groups=["g"], priority=5, roles=["master"])
    engine.write(lambda tx: tx.run("UPDATE run SET priority = 0 WHERE id = ?", (waits,)))
    engine.clock.advance(RETURN_AFTER + 1)
    engine.write(lambda tx: process.renew(tx, engine.workers["n1"], now=1.0))
    engine.sweep()
    assert engine.states(first, waits) == ["queued", "granted"]


@pytest.mark.parametrize("gone", ["node", "process"])
def test_a_grant_to_a_node_that_went_is_granted_elsewhere(engine: Engine, gone: str) -> None:
    run_id = engine.request("job")
    fence = engine.run(run_id)["fence"]
    engine.make_node("n2")
    if gone == "node":
        engine.write(lambda tx: node.set_state(tx, "n1", "draining", 1.0))
    else:
        engine.write(lambda tx: process.drain(tx, engine.workers["n1"]))
    (message,) = engine.sweep().messages
    assert (engine.run(run_id)["node"], message.fence > fence) == ("n2", True)
    assert engine.claim(run_id, fence=fence) is None


def test_a_run_that_was_claimed_while_its_process_was_given_up_is_found(engine: Engine) -> None:
    run = engine.start("job")
    engine.write(
        lambda tx: process.end(
            tx, [engine.workers["n1"]], state="lost", reason="late", now=engine.clock.now()
        )
    )
    engine.make_process("n1")
    engine.sweep()
    assert engine.state(run.run_id) == "lost"
    assert engine.held() == {}


def test_a_buried_process_that_drained_has_its_runs_tried_again(engine: Engine) -> None:
    run = engine.start("job")
    engine.write(
        lambda tx: rescue.bury(
            tx, [engine.workers["n1"]], engine.rules, state="ended", reason="x", now=1.0, ended="drained"
        )
    )
    assert engine.state(run.run_id) == "queued"


@pytest.mark.parametrize(("state", "reason"), [("lost", "node lost"), ("left", "node left")])
def test_the_occurrence_of_a_node_that_is_away_is_missed_after_its_window(
    engine: Engine, state: str, reason: str
) -> None:
    engine.make_service("each", rule=periodic(5), instances="each", misfire_window=300.0)
    engine.clock.advance(300)
    (run_id,) = engine.tick().queued
    engine.write(lambda tx: node.set_state(tx, "n1", state, engine.clock.now()))
    engine.clock.advance(360)
    engine.sweep()
    assert engine.state(run_id) == "queued"
    engine.clock.advance(1)
    engine.sweep()
    assert (engine.state(run_id), engine.run(run_id)["reason"]) == ("missed", reason)
    assert engine.tallies("each", "occurrences") == {"missed": 1}


@pytest.mark.parametrize(("gone", "reason"), [(False, "disabled"), (True, "switched off")])
def test_an_occurrence_of_a_service_that_was_switched_off_by_its_file_is_skipped(
    engine: Engine, gone: bool, reason: str
) -> None:
    engine.make_service("tidy", rule=periodic(1), run_groups=["g"])
    holder = engine.start("job")
    engine.clock.advance(60)
    (run_id,) = engine.tick().queued
    if gone:
        engine.drop_service("tidy")
    else:
        engine.make_service("tidy", rule=periodic(1), run_groups=["g"], enabled=False)
    engine.end(holder)
    assert (engine.state(run_id), engine.held()) == ("queued", {})
    engine.sweep()
    assert (engine.state(run_id), engine.run(run_id)["reason"]) == ("skipped", reason)


@pytest.mark.parametrize("proved", [True, False], ids=["buried", "its lease lapses"])
def test_a_dead_daemon_leaves_the_line_before_its_turn_comes(engine: Engine, proved: bool) -> None:
    """Found by the model: it was granted its groups after its death, and kept them until the next sweep."""
    engine.make_service("daemon", rule={"kind": "daemon"}, run_groups=["g"])
    run = engine.start("job")
    dead, rules, now = engine.make_process(kind="daemon"), engine.rules, engine.clock.now()
    engine.write(lambda tx: holds.enter(tx, "daemon", rules, process_id=dead, node="n1", now=now))
    assert engine.value("SELECT COUNT(*) FROM run WHERE trigger = 'hold'") == 1
    if proved:
        engine.write(lambda tx: rescue.bury(tx, [dead], rules, state="ended", reason="killed", now=now))
    else:
        pass_time(engine, 20, engine.workers["n1"])
    assert engine.value("SELECT COUNT(*) FROM run WHERE trigger = 'hold'") == 0
    waits = engine.request("job", args={"n": 1})
    engine.end(run)
    assert engine.held() == {"g": waits}


def test_a_site_with_nothing_to_do_is_swept_without_a_write(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.end(engine.start("job"))
    monkeypatch.setattr("store.database.write", _never)
    assert engine.sweep().messages == []


def test_a_node_that_is_lost_for_long_has_left(engine: Engine) -> None:
    engine.write(lambda tx: tx.run("UPDATE node SET state = 'lost', state_at = ?", (engine.clock.now(),)))
    engine.clock.advance(LEFT_AFTER + 1)
    engine.sweep()
    assert engine.value("SELECT state FROM node") == "left"


def _never(*_: object, **__: object) -> None:
    raise AssertionError("something was written")
