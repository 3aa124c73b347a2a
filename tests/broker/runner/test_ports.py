"""What does a running service learn when it asks the engine?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actors import Context, Outcome, Service, Task
from broker.runner.active import ActiveRun
from broker.runner.ports import STEP_TOLERANCE, RunPorts
from config.secrets import SecretError
from coordinator.world import Rules
from store import database
from store.errors import DatabaseAway
from store.run import step
from tests.broker.runner.bench import Bench, claimed_run
from tests.broker.runner.conftest import Outage
from tests.support.clock import FakeClock
from tests.support.told import Told

HOUR = timedelta(hours=1)


class Steps:
    """One service with two task lines; `run` says which of them worked, `states` what is recorded."""

    def __init__(self, bench: Bench, **hourly: Any) -> None:
        self.bench = bench
        self.worked: list[str] = []
        hourly = {"work": lambda context: self.worked.append("Hourly"), **hourly}
        tasks = (
            Task("Hourly", every=HOUR, **hourly),
            Task("Always", lambda context: self.worked.append("Always")),
        )
        bench.add("stepped", lambda context: context.run_steps())
        own = bench.services["stepped"]
        bench.services["stepped"] = Service(
            name=own.name, title=own.title, origin=own.origin, work=own.work, tasks=tasks
        )

    def run(self, **asked: Any) -> list[str]:
        self.worked.clear()
        self.last = self.bench.run("stepped", **asked)
        return list(self.worked)

    def states(self) -> list[tuple[str, str]]:
        return [(row["title"], row["state"]) for row in step.of_run(database.read(), self.last["id"])]


def test_a_step_runs_again_only_when_its_time_has_come(bench: Bench) -> None:
    steps = Steps(bench)
    assert steps.run() == ["Hourly", "Always"]
    assert steps.states() == [("Hourly", "done"), ("Always", "done")]
    bench.engine.clock.advance(HOUR.total_seconds() - STEP_TOLERANCE - 1)
    assert steps.run() == ["Always"]
    assert steps.states() == [("Hourly", "not_due"), ("Always", "done")]
    bench.engine.clock.advance(1)
    assert steps.run() == ["Hourly", "Always"]


def test_a_step_that_failed_is_due_again_at_once(sqlite_bench: Bench) -> None:
    def work(context: Context) -> None:
        steps.worked.append("Hourly")
        raise ValueError("no")

    steps = Steps(sqlite_bench, work=work)
    assert [steps.run(), steps.run()] == [["Hourly", "Always"], ["Hourly", "Always"]]
    assert steps.states() == [("Hourly", "failed"), ("Always", "done")]


def test_a_step_that_is_off_does_not_run_until_an_operator_switches_it_on(bench: Bench) -> None:
    steps = Steps(bench, enabled=False)
    assert steps.run() == ["Always"]
    assert steps.states() == [("Hourly", "off"), ("Always", "done")]
    switch = "INSERT INTO step (service, title, enabled) VALUES ('stepped', 'Hourly', TRUE)"
    bench.engine.write(lambda tx: tx.run(switch))
    assert steps.run() == ["Hourly", "Always"]


def test_a_step_that_an_operator_switched_off_does_not_run(sqlite_bench: Bench) -> None:
    steps = Steps(sqlite_bench)
    steps.run()
    sqlite_bench.engine.write(lambda tx: tx.run("UPDATE step SET enabled = FALSE WHERE title = 'Always'"))
    assert steps.run() == []


@pytest.mark.parametrize(("number", "title"), [(1, "Hourly"), (2, "Always")])
def test_a_step_asked_for_by_number_runs_alone_though_it_is_off_and_not_due(
    sqlite_bench: Bench, number: int, title: str
) -> None:
    steps = Steps(sqlite_bench, enabled=False)
    sqlite_bench.engine.clock.advance(1)
    assert steps.run(step=number) == [title]
    assert steps.states() == [(title, "done")]
    assert steps.run(step=number) == [title]


def test_a_step_that_fails_is_recorded_with_text_that_any_database_holds(bench: Bench) -> None:
    def work(context: Context) -> None:
        with context.step("Send"):
            raise OSError("no \0 disk \udcff")
        with context.step("Count") as counting:
            counting.outcome = Outcome.done(sent=2)

    bench.add("sends", work)
    run = bench.run("sends")
    sent, counted = step.of_run(database.read(), run["id"])
    assert (sent["state"], counted["state"], counted["counts"]) == ("failed", "done", '{"sent": 2}')
    mark = "\N{REPLACEMENT CHARACTER}"
    assert sent["error"] == f"OSError: no {mark} disk {mark}"


def test_a_step_insists_while_the_database_is_away(bench: Bench, outage: Outage) -> None:
    def work(context: Context) -> None:
        outage.left = 4
        with context.step("Send"):
            outage.left = 4

    bench.add("sends", work)
    run = bench.run("sends")
    assert run["state"] == "succeeded"
    assert [row["state"] for row in step.of_run(database.read(), run["id"])] == ["done"]


@pytest.mark.parametrize("ask", ["step_due", "step_started"])
def test_a_run_that_is_to_stop_waits_no_longer_for_the_database(outage: Outage, ask: str) -> None:
    active = ActiveRun(claimed_run(), 0.0)
    ports = RunPorts(active, FakeClock(), Rules(), Told())
    active.ask_to_stop("lost", 0.0)
    outage.left = 1_000
    with pytest.raises(DatabaseAway):
        ports.step_due(Task("Send"), 1) if ask == "step_due" else ports.step_started("Send")
    assert active.stop_seen


def test_a_service_is_told_the_time_of_the_clock_in_utc() -> None:
    ports = RunPorts(ActiveRun(claimed_run(), 0.0), FakeClock(1_800_000_000.0), Rules(), Told())
    assert ports.now() == datetime(2027, 1, 15, 8, tzinfo=UTC)


def test_a_secret_is_read_where_its_reference_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_WORD", "open sesame")
    ports = RunPorts(ActiveRun(claimed_run(), 0.0), FakeClock(), Rules(), Told())
    assert ports.secret("env:SMTP_WORD") == "open sesame"
    with pytest.raises(SecretError) as refused:
        ports.secret("open sesame")
    assert "sesame" not in str(refused.value)


def test_a_backend_nobody_set_up_is_named() -> None:
    ports = RunPorts(ActiveRun(claimed_run(), 0.0), FakeClock(), Rules(), Told())
    with pytest.raises(LookupError, match="'exchange'"):
        ports.backend("exchange")
