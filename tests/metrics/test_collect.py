"""Does a scrape say what happened on the site?"""

from __future__ import annotations

import pytest

from coordinator import holds
from metrics.collect import KEEP, Metrics
from metrics.declared import BY_NAME
from schedules.edit import Editor
from store import daemon, database, rejected, setting
from tests.metrics.conftest import Scrape
from tests.support import rows
from tests.support.engine import Engine, periodic
from tests.support.scraped import Scraped


def test_a_service_that_runs_and_waits(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("mail", run_groups=["outbox"])
    engine.make_node()
    began = engine.clock.now()
    run = engine.start("mail")
    engine.request("mail", args={"n": 2})
    engine.clock.advance(30)
    seen = scrape()
    assert seen.value("service_running_runs", service="mail") == 1
    assert seen.value("service_oldest_running_timestamp_seconds", service="mail") == began
    assert seen.value("service_last_start_timestamp_seconds", service="mail") == began
    assert seen.value("service_queued_runs", service="mail") == 1
    assert seen.value("service_oldest_queued_timestamp_seconds", service="mail") == began
    assert seen.value("run_group_held", run_group="outbox") == 1
    assert seen.value("run_group_waiting_runs", run_group="outbox") == 1
    assert seen.value("run_group_oldest_waiting_timestamp_seconds", run_group="outbox") == began
    assert seen.value("node_busy_slots", node="n1") == 1
    engine.end(run)
    assert scrape().value("service_last_duration_seconds", service="mail") == pytest.approx(32)


def test_what_is_over_leaves_no_series_behind(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("mail", run_groups=["outbox"])
    engine.make_node()
    engine.end(engine.start("mail"))
    seen = scrape()
    assert seen.value("service_running_runs", service="mail") == 0
    assert seen.value("service_queued_runs", service="mail") == 0
    assert seen.value("service_oldest_running_timestamp_seconds", service="mail") is None
    assert seen.value("service_oldest_queued_timestamp_seconds", service="mail") is None
    assert seen.value("run_group_held", run_group="outbox") == 0
    assert seen.value("run_group_oldest_waiting_timestamp_seconds", run_group="outbox") is None


def test_ended_runs_are_counted_by_outcome_and_trigger(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job")
    engine.make_node()
    for how in ("succeeded", "failed", "failed"):
        engine.end(engine.start("job"), how)
    seen = scrape()
    assert seen.value("runs_total", service="job", outcome="succeeded", trigger="manual") == 1
    assert seen.value("runs_total", service="job", outcome="failed", trigger="manual") == 2
    assert seen.value("runs_total", service="job", outcome="lost", trigger="manual") is None
    assert seen.value("service_consecutive_failures", service="job") == 2
    assert seen.value("service_last_failure_timestamp_seconds", service="job") is not None


def test_durations_are_cumulative_buckets(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job")
    engine.make_node()
    for seconds in (0.5, 3, 5000):
        run = engine.start("job")
        engine.clock.advance(seconds)
        engine.end(run)
    seen = scrape()
    buckets = {
        labels["le"]: seen.value("run_duration_seconds_bucket", **labels)
        for labels in seen.labels("run_duration_seconds_bucket")
    }
    assert buckets == {
        **{"0.1": 0, "1.0": 1, "5.0": 2, "15.0": 2, "60.0": 2, "300.0": 2, "1200.0": 2},
        "+Inf": 3,
    }
    assert seen.value("run_duration_seconds_sum", service="job") == pytest.approx(5003.5)
    assert seen.value("run_duration_seconds_count", service="job") == 3


def test_a_planned_time_is_due_until_it_is_accounted_for(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job", rule=periodic(5))
    engine.make_node()
    engine.clock.advance(60)
    engine.tick(grant=True)
    due = engine.clock.now() + 240
    assert scrape().value("service_next_due_timestamp_seconds", service="job") == due
    engine.clock.advance(900)  # the beat is gone
    assert scrape().value("service_next_due_timestamp_seconds", service="job") == due
    engine.tick(grant=True)
    assert scrape().value("service_next_due_timestamp_seconds", service="job") == due + 900
    assert scrape().value("service_expected_interval_seconds", service="job") == 300


def test_occurrences_and_their_lateness(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job", rule=periodic(5), misfire="once", misfire_window=3600.0)
    engine.make_node()
    engine.clock.advance(300 + 40)
    (run_id,) = engine.tick(grant=True).queued
    run = engine.claim(run_id)
    assert run is not None
    engine.end(run)
    engine.clock.advance(900)
    engine.tick(grant=True)
    seen = scrape()
    assert seen.value("occurrences_total", service="job", result="ran") == 1
    assert seen.value("occurrences_total", service="job", result="merged") == 2
    assert seen.value("schedule_lateness_seconds_bucket", le="10.0") == 0
    assert seen.value("schedule_lateness_seconds_bucket", le="60.0") == 2
    assert seen.value("schedule_lateness_seconds_count") == 2


def test_a_paused_service_is_not_due(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job", rule=periodic(5))
    engine.tick()
    assert scrape().value("service_paused", service="job") is None
    engine.edit(lambda editor: editor.pause("job"))
    seen = scrape()
    assert seen.value("service_paused", service="job") == 1
    assert seen.value("service_next_due_timestamp_seconds", service="job") is None
    assert seen.value("service_enabled", service="job") == 1


def test_disabled_and_not_configured_services_are_not_enabled(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("off", rule=periodic(5))
    engine.make_service("bare", rule=periodic(5), missing="smtp.host is not set")
    engine.edit(lambda editor: editor.disable("off"))
    seen = scrape()
    assert seen.value("service_enabled", service="off") == 0
    assert seen.value("service_enabled", service="bare") == 0
    assert seen.value("service_next_due_timestamp_seconds", service="off") is None


def test_how_long_a_group_was_held(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job", run_groups=["a", "b"], retries=1)
    engine.make_node()
    run_id = engine.request("job")
    for how in ("failed", "succeeded"):  # a try again sets the groups free in between
        run = engine.claim(run_id)
        assert run is not None
        engine.clock.advance(10)
        engine.end(run, how)
        engine.clock.advance(60)
        engine.look()
    seen = scrape()
    assert seen.value("run_group_held_seconds_total", run_group="a") == 20
    assert seen.value("run_group_held_seconds_total", run_group="b") == 20


def test_a_daemons_batch_holds_its_group_and_is_no_run(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("rater", rule={"kind": "daemon"}, run_groups=["rates"])
    worker = engine.make_node()
    now = engine.clock.now()
    hold, _ = engine.write(
        lambda tx: holds.enter(tx, "rater", engine.rules, process_id=worker, node="n1", now=now)
    )
    assert hold is not None
    seen = scrape()
    assert seen.value("run_group_held", run_group="rates") == 1
    assert seen.value("service_running_runs", service="rater") is None
    fence = engine.run(hold)["fence"]
    engine.clock.advance(5 - KEEP)
    engine.write(lambda tx: holds.leave(tx, hold, fence, engine.rules, engine.clock.now()))
    assert scrape().value("run_group_held_seconds_total", run_group="rates") == 5


def test_whom_an_operator_holds_back_starves_at_no_group(engine: Engine, scrape: Scrape) -> None:
    for name in ("holder", "waiter"):
        engine.make_service(name, run_groups=["g"])
    engine.make_node()
    engine.start("holder")
    engine.request("waiter")
    engine.edit(lambda editor: editor.pause("waiter"))
    engine.look()
    seen = scrape()
    assert seen.value("run_group_waiting_runs", run_group="g") == 1
    assert seen.value("run_group_oldest_waiting_timestamp_seconds", run_group="g") is None


def test_daemons_that_should_run_run_and_crash(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("one", rule={"kind": "daemon"})
    engine.make_service("each", rule={"kind": "daemon"}, instances="each")
    engine.make_service("idle", rule={"kind": "daemon"})
    engine.make_node("n1")
    engine.make_node("n2")
    engine.edit(lambda editor: editor.disable("idle"))
    engine.write(lambda tx: daemon.ensure(tx, [("one", "")], engine.clock.now()))
    _start(engine, "one")
    for _ in range(2):
        _crash(engine, "one")
        _start(engine, "one")
    seen = scrape()
    assert seen.value("daemon_desired_instances", service="one") == 1
    assert seen.value("daemon_desired_instances", service="each") == 2
    assert seen.value("daemon_desired_instances", service="idle") == 0
    assert seen.value("daemon_running_instances", service="one", node="n1") == 1
    assert seen.labels("daemon_running_instances") == [{"service": "one", "node": "n1"}]
    assert seen.value("daemon_restarts_total", service="one") == 2
    assert seen.value("daemon_restarts_total", service="each") == 0


def test_runs_that_wait_for_a_slot(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job", parallel=10, roles=["master", "processing"])
    engine.make_service("other", roles=["reporting"])
    engine.make_node(slots=1)
    for n in range(3):
        engine.request("job", args={"n": n})
    seen = scrape()
    assert seen.value("runs_waiting_for_slot", roles="master+processing") == 2
    assert seen.value("runs_waiting_for_slot", roles="reporting") == 0


def test_nodes_that_left_are_gone(engine: Engine, scrape: Scrape) -> None:
    for name, state in (("n1", "up"), ("n2", "lost"), ("n3", "left")):
        rows.node(name, state, at=1000.0)
    rows.process(1, "n1", slots=4, memory=1 << 20)
    seen = scrape()
    assert seen.value("nodes", state="up") == 1
    assert seen.value("nodes", state="lost") == 1
    assert seen.value("node_slots", node="n1") == 4
    assert seen.value("node_memory_bytes", node="n1") == 1 << 20
    assert seen.value("node_last_heartbeat_timestamp_seconds", node="n2") == 1000
    assert seen.value("node_last_heartbeat_timestamp_seconds", node="n3") is None


def test_jobs_mail_and_the_site(engine: Engine, scrape: Scrape) -> None:
    job = {"organisation": "acme", "backend": "demo", "added_by": "anna"}
    rows.put("job", **job, kind="create", own_key="1", state="queued", added_at=100.0)
    rows.put("job", **job, kind="create", own_key="2", state="queued", added_at=90.0, not_before=150.0)
    rows.put("job", **job, kind="create", own_key="3", state="done", added_at=9.0, ended_at=10.0)
    rows.put("job", **job, kind="resize", own_key="4", state="held", held_reason="asked", added_at=1.0)
    texts = {"source": "s", "subject": "s", "body_text": "b", "created_at": 1.0}
    rows.put("mail", once_key="a", **texts, state="queued", not_before=200.0)
    engine.write(lambda tx: setting.put(tx, "beat", {"at": 300.0}, 300.0))
    engine.write(lambda tx: rejected.keep(tx, "q", b"{", "no JSON", 1.0))
    for number, state in enumerate(("held", "held", "dropped")):
        act = {"service": "sync", "step": "", "effect": "outward", "what": "w", "detail": ""}
        at = {"first_at": 1.0, "last_at": 1.0}
        rows.put("held_act", **act, **at, family="dns", key=str(number), state=state)
    seen = scrape()
    assert seen.value("held_acts", family="dns", state="held") == 2
    assert seen.value("held_acts", family="dns", state="dropped") is None
    assert seen.value("jobs", kind="create", state="queued") == 2
    assert seen.value("jobs", kind="create", state="failed") == 0
    assert seen.value("jobs", kind="resize", state="held") == 1
    assert seen.value("job_oldest_queued_timestamp_seconds", kind="create") == 100
    assert seen.value("job_oldest_queued_timestamp_seconds", kind="resize") is None
    assert seen.value("outbox_waiting_mails") == 1
    assert seen.value("outbox_oldest_waiting_timestamp_seconds") == 200
    assert seen.value("beat_last_tick_timestamp_seconds") == 300
    assert seen.value("requests_rejected_total") == 1
    assert seen.value("maintenance") == 0
    assert seen.value("build_info", version="1.2.3") == 1


def test_counters_outlive_the_process_that_counts(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job")
    engine.make_node()
    engine.end(engine.start("job"))
    before = scrape()
    again = Metrics(clock=engine.clock, zone=engine.zone, version="1.2.3", kinds=["create"])
    after = Scraped(*again.text(""))
    assert after.series == before.series


def test_a_moment_is_read_once(engine: Engine) -> None:
    metrics = Metrics(clock=engine.clock, zone=engine.zone, version="1")
    before = Scraped(*metrics.text(""))
    engine.edit(lambda editor: _maintenance(editor))
    assert Scraped(*metrics.text("")).series == before.series
    engine.clock.advance(KEEP)
    assert Scraped(*metrics.text("")).value("maintenance") == 1


def test_every_series_is_declared_with_its_labels(engine: Engine, scrape: Scrape) -> None:
    engine.make_service("job", run_groups=["g"])
    engine.make_node()
    engine.end(engine.start("job"))
    declared = {
        name: set(metric.series_labels) for metric in BY_NAME.values() for name in metric.series_names
    }
    for name, labels in scrape().series:
        wanted = declared[name] - (set() if name.endswith("_bucket") else {"le"})
        assert {label for label, _ in labels} == wanted, name


def _start(engine: Engine, name: str) -> None:
    """The instance of a daemon is started on n1, in its own good time."""
    engine.clock.advance(100)
    (row,) = daemon.instances(database.read(), name)
    now = engine.clock.now()
    claimed = engine.write(lambda tx: daemon.claim(tx, row["id"], "n1", "a", now))
    assert claimed is not None
    assert engine.write(lambda tx: daemon.begin(tx, row["id"], claimed[1], 1, now))


def _crash(engine: Engine, name: str) -> None:
    (row,) = daemon.instances(database.read(), name)
    now = engine.clock.now()
    engine.write(lambda tx: daemon.end(tx, row["incarnation"], "exit 1", now, asked=False))


def _maintenance(editor: Editor) -> None:
    editor.maintenance(True)
