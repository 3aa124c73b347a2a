"""Do alerts open once, last, end by themselves and come again, looked after by one node at a time?"""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from coordinator.alerts import EVERY, TRY, Evaluator, Looked
from domain.digest import Group, Rule
from store import alert, database, event, event_rule, mute, setting
from store.tx import Tx
from tests.support.engine import Engine, periodic
from tests.support.rows import put


def evaluator(engine: Engine, **kinds: str) -> Evaluator:
    clock = engine.clock
    return Evaluator(engine.rules, engine.zone, clock.now, clock.monotonic, kinds)


def beat(engine: Engine) -> None:
    engine.write(lambda tx: setting.put(tx, "beat", {"at": engine.clock.now()}, engine.clock.now()))


def look(engine: Engine, one: Evaluator, after: float = EVERY) -> Looked | None:
    """The next look, with a beat that ticks."""
    engine.clock.advance(after)
    beat(engine)
    return one.look()


def settled(engine: Engine, one: Evaluator, looks: int = 2) -> None:
    """So many looks: what waits must be found in two of them."""
    for _ in range(looks):
        look(engine, one)


def opened() -> dict[tuple[str, str], dict[str, Any]]:
    return alert.open_rows(database.read())


def fail(engine: Engine, times: int, name: str = "job") -> None:
    for _ in range(times):
        engine.end(engine.start(name), "failed", error="no")


@pytest.fixture
def ready(engine: Engine) -> Engine:
    engine.make_service("job")
    engine.make_node()
    beat(engine)
    return engine


FAILING = ("failing", "service job")


def test_an_alert_opens_once_and_ends_by_itself(ready: Engine) -> None:
    one = evaluator(ready)
    fail(ready, 3)
    assert look(ready, one) == Looked(1, 0)
    fail(ready, 1)
    assert look(ready, one) == Looked(0, 0)
    row = opened()[FAILING]
    assert "4 times in a row" in row["text"]
    assert row["last_seen_at"] - row["opened_at"] == EVERY
    ready.end(ready.start("job"))
    assert look(ready, one) == Looked(0, 1)
    assert opened() == {}


def test_the_same_thing_later_is_a_new_alert(ready: Engine) -> None:
    one = evaluator(ready)
    for _ in range(2):
        fail(ready, 3)
        look(ready, one)
        ready.end(ready.start("job"))
        look(ready, one)
    fail(ready, 3)
    look(ready, one)
    rows = alert.listing(database.read(), state="all")
    assert [(row["id"], row["resolved_at"] is None) for row in rows] == [(3, True), (2, False), (1, False)]


def test_an_acknowledgement_stays_while_the_alert_lasts_and_no_longer(ready: Engine) -> None:
    one = evaluator(ready)
    fail(ready, 3)
    look(ready, one)
    (row,) = opened().values()
    ready.write(lambda tx: alert.acknowledge(tx, row["id"], by="anna", note="on it", now=ready.clock.now()))
    fail(ready, 1)
    look(ready, one)
    assert opened()[FAILING]["acknowledged_by"] == "anna"
    ready.end(ready.start("job"))
    look(ready, one)
    fail(ready, 3)
    look(ready, one)
    assert opened()[FAILING]["acknowledged_by"] is None


def test_only_one_node_looks_in_each_round(ready: Engine) -> None:
    mine, other = evaluator(ready), evaluator(ready)
    assert look(ready, mine) is not None
    assert other.look() is None
    assert look(ready, other, after=EVERY - 1) is None
    assert look(ready, other, after=TRY) is not None


def test_of_two_that_try_at_the_same_moment_one_looks(ready: Engine) -> None:
    fail(ready, 3)
    both = [evaluator(ready), evaluator(ready)]
    ready.clock.advance(EVERY)
    done: list[Looked | None] = []
    gate = threading.Barrier(2)

    def work(one: Evaluator) -> None:
        gate.wait(10)
        done.append(one.look())
        database.drop_connection()

    threads = [threading.Thread(target=work, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done, key=str) == [Looked(1, 0), None]


def test_a_look_that_was_overtaken_writes_nothing(ready: Engine) -> None:
    now = ready.clock.now()
    late = ready.write(lambda tx: alert.take_turn(tx, now, EVERY))
    newer = ready.write(lambda tx: alert.take_turn(tx, now + EVERY, EVERY))
    assert late is not None
    assert newer is not None
    assert not ready.write(lambda tx: alert.keep_turn(tx, late, {}))
    assert ready.write(lambda tx: alert.keep_turn(tx, newer, {}))


def test_what_must_last_is_remembered_by_whoever_looks_next(ready: Engine) -> None:
    ready.make_service("radius", rule={"kind": "daemon"})
    look(ready, evaluator(ready))
    assert opened() == {}
    look(ready, evaluator(ready), after=119)
    assert opened() == {}
    look(ready, evaluator(ready), after=EVERY)
    assert opened().keys() == {("daemon_down", "service radius")}


def test_what_was_late_while_the_site_was_down_is_no_alert_at_the_start(ready: Engine) -> None:
    ready.make_service("radius", rule={"kind": "daemon"})
    look(ready, evaluator(ready))
    ready.request("job")
    ready.clock.advance(9000)
    evaluator(ready).look()
    assert opened() == {}


def test_a_daemon_that_came_back_in_time_is_forgiven(ready: Engine) -> None:
    ready.make_service("radius", rule={"kind": "daemon"})
    look(ready, evaluator(ready))
    put("daemon", service="radius", for_node="", state="running", state_at=0.0, node="n1", incarnation="x",
        process_id=1)  # fmt: skip
    look(ready, evaluator(ready))
    ready.write(lambda tx: tx.run("UPDATE daemon SET state = 'stopped'"))
    look(ready, evaluator(ready), after=110)
    assert opened() == {}


def test_a_daemon_in_a_crash_loop_stays_so_while_it_is_tried_again(ready: Engine) -> None:
    ready.make_service("radius", rule={"kind": "daemon"})
    put(
        "daemon",
        service="radius",
        for_node="",
        state="crash_loop",
        state_at=0.0,
        crashes=5,
        last_end="exit code 1",
    )
    one = evaluator(ready)
    look(ready, one)
    (row,) = opened().values()
    assert (row["rule"], row["text"]) == (
        "crash_loop",
        "Radius has ended 5 times in a row; its last end: exit code 1",
    )
    ready.write(lambda tx: tx.run(
        "UPDATE daemon SET state = 'running', node = 'n1', incarnation = 'x', process_id = 1, started_at = ?",
        (ready.clock.now(),),
    ))  # fmt: skip
    assert look(ready, one) == Looked(0, 0)
    assert look(ready, one, after=60) == Looked(0, 1)


def test_a_run_behind_a_long_holder_is_stuck_and_its_group_starved(ready: Engine) -> None:
    for name in ("long", "late"):
        ready.make_service(name, run_groups=["g"], time_limit=36_000.0)
    ready.start("long")
    ready.request("late")
    one = evaluator(ready)
    look(ready, one, after=590)
    settled(ready, one, 1)
    assert opened() == {}
    settled(ready, one, 1)
    assert opened().keys() == {("group_starved", "run_group g")}
    ready.clock.advance(290)
    settled(ready, one)
    text = opened()["stuck_in_queue", "service late"]["text"]
    assert text == "Late has waited 15 min: waits for group g, held by Long on n1 for 15 min"


def test_waiting_is_measured_by_the_usual_duration_of_the_holder(ready: Engine) -> None:
    for name in ("long", "late"):
        ready.make_service(name, run_groups=["g"], time_limit=36_000.0)
    run = ready.start("long")
    ready.clock.advance(600)
    ready.end(run)
    ready.start("long")
    ready.request("late")
    one = evaluator(ready)
    look(ready, one, after=1790)
    look(ready, one)
    assert ("stuck_in_queue", "service late") not in opened()
    look(ready, one)
    assert ("stuck_in_queue", "service late") in opened()


def test_a_paused_service_is_not_stuck(ready: Engine) -> None:
    ready.edit(lambda editor: editor.pause("job"))
    ready.request("job")
    ready.clock.advance(9000)
    settled(ready, evaluator(ready))
    assert opened() == {}


def test_a_run_that_takes_much_longer_than_usual_is_told(ready: Engine) -> None:
    ready.make_service("job", time_limit=36_000.0)
    for _ in range(5):
        run = ready.start("job")
        ready.clock.advance(30)
        ready.end(run)
    ready.start("job")
    one = evaluator(ready)
    look(ready, one, after=89)
    assert opened() == {}
    look(ready, one)
    assert opened().keys() == {("running_long", "service job")}


def test_a_missed_time_is_told_and_over_after_an_hour(ready: Engine) -> None:
    ready.make_service("often", rule=periodic(5), misfire_window=60.0)
    ready.clock.advance(3000)
    ready.tick()
    one = evaluator(ready)
    look(ready, one)
    text = opened()["missed", "service often"]["text"]
    assert re.fullmatch(r"Often missed \d+ planned times within the last hour", text)
    ready.clock.advance(3600)
    ready.write(lambda tx: tx.run("UPDATE service SET accounted_until = ?", (int(ready.clock.now()),)))
    look(ready, one)
    assert ("missed", "service often") not in opened()


def test_a_service_that_the_beat_forgot_is_told(ready: Engine) -> None:
    ready.make_service("often", rule=periodic(5), misfire_window=60.0)
    ready.clock.advance(301 + 120)
    settled(ready, evaluator(ready))
    assert opened()["missed", "service often"]["text"].startswith("Often should have started 2 min ago")


def test_a_lost_node_is_told_once_and_not_again_for_what_it_missed(ready: Engine) -> None:
    ready.make_service("each", instances="each")
    now = ready.clock.now()
    ready.write(lambda tx: tx.run("UPDATE node SET state = 'lost', state_at = ?", (now,)))
    run = {"trigger": "schedule", "priority": 5, "roles": "master", "requested_at": now, "queued_at": now}
    put("run", service="each", for_node="n1", state="missed", reason="node lost", ended_at=now, **run)
    look(ready, evaluator(ready))
    assert opened().keys() == {("node_lost", "node n1")}


def test_jobs_that_nobody_begins_are_told(ready: Engine) -> None:
    job = {
        "kind": "create",
        "backend": "b",
        "state": "queued",
        "added_at": ready.clock.now(),
        "added_by": "x",
    }
    put("job", organisation="o", own_key="1", **job)
    one = evaluator(ready, create="job")
    look(ready, one, after=1790)
    settled(ready, one, 600 // int(EVERY))
    assert opened() == {}
    settled(ready, one, 1)
    assert opened()["job_queue_stuck", "job_kind create"]["text"].startswith("a job waits in create")


def told(now: float) -> list[str]:
    """The texts that the admin is mailed by the default rule."""
    types = ("failure", "missed", "daemon_down", "node_lost", "alert")
    database.write(lambda tx: event.derive(tx, now))
    database.write(lambda tx: event_rule.put(tx, Rule("default", types=types)))
    (rule,) = event_rule.rules(database.read())
    rows = database.read().all("SELECT type, severity, sender, tags, text FROM event ORDER BY id")
    groups = [Group(kind, severity, sender, tuple(tags.split()), text, 1, 0, 0)
              for kind, severity, sender, tags, text in rows]  # fmt: skip
    return [group.text for group in groups if rule.about(group)]


def test_the_admin_hears_of_each_failure_once_and_not_of_the_alert_too(ready: Engine) -> None:
    fail(ready, 3)
    look(ready, evaluator(ready))
    assert told(ready.clock.now()) == ["Job failed: no"] * 3


def test_the_admin_hears_when_it_begins_and_when_it_is_over(ready: Engine) -> None:
    one = evaluator(ready)
    ready.clock.advance(200)
    for _ in range(2):
        ready.clock.advance(EVERY)
        one.look()
    look(ready, one)
    assert told(ready.clock.now()) == [
        "the beat last ticked 3 min ago: nothing is started by its schedule",
        "over after 15 s: the beat last ticked 3 min ago: nothing is started by its schedule",
    ]


def test_what_was_quiet_is_told_when_the_mute_ends(ready: Engine) -> None:
    now = ready.clock.now()
    silent: dict[str, Any] = {"about": None, "until": now + 255, "by": "anna", "reason": None, "now": now}
    ready.write(lambda tx: mute.add(tx, rule="beat_stalled", **silent))
    one = evaluator(ready)
    ready.clock.advance(200)
    for _ in range(2):
        ready.clock.advance(EVERY)
        one.look()
    assert (len(opened()), told(ready.clock.now())) == (1, [])
    for _ in range(3):
        ready.clock.advance(EVERY)
        one.look()
    assert told(ready.clock.now()) == ["the beat last ticked 4 min ago: nothing is started by its schedule"]


def test_looking_reads_no_history_through(sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = sqlite_engine
    engine.make_service("long", run_groups=["g"], time_limit=36_000.0)
    engine.make_service("late", run_groups=["g"])
    engine.make_node()
    engine.start("long")
    engine.request("late")
    job = {"kind": "create", "backend": "b", "state": "queued", "added_at": 0.0, "added_by": "x"}
    put("job", organisation="o", own_key="1", **job)
    seen: dict[str, Any] = {}
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        seen.setdefault(sql, params)
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        engine.clock.advance(2000)
        settled(engine, evaluator(engine, create="late"))
        assert len(opened()) == 2
        alert.listing(database.read())
    scans = []
    for sql, params in seen.items():
        if re.match(r"\s*(SELECT|UPDATE|DELETE)", sql):
            plan = engine.rows(f"EXPLAIN QUERY PLAN {sql}", *params)
            history = r"SCAN (r|run|other|j|job|o|mail|alert|event|h)( USING INTEGER PRIMARY KEY)?"
            scans += [(row[3], sql) for row in plan if re.fullmatch(history, row[3])]
    assert not scans, "\n".join(f"{step}: {' '.join(sql.split())}" for step, sql in scans)
    assert len(seen) > 20
