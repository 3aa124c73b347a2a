"""Do steps that reach outside leave the prompt ones alone, and are they done once each time?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from actors import Context, Outcome, Service, Task
from store import alert_facts, database, duration, node
from store.run import step
from store.run.claimed import ClaimedRun
from tests.broker.runner.bench import Bench
from tests.support.engine import periodic

ORDERS, TIDY, MIRROR, MAIL = "Orders", "Tidy", "Mirror", "Mail"
HOUR = timedelta(hours=1)


class Site:
    """A service with a prompt step, a local one, and two that are apart: Mirror hourly, Mail each minute."""

    def __init__(self, bench: Bench, **settings: Any) -> None:
        self.bench, self.engine = bench, bench.engine
        self.done: list[str] = []
        self.broken: set[str] = set()
        self.on_tidy: Callable[[], object] = lambda: None
        tasks = (
            Task(TIDY, self.work(TIDY)),
            Task(MIRROR, self.work(MIRROR), every=HOUR, effect="read"),
            Task(ORDERS, self.work(ORDERS), effect="outward", prompt=True),
            Task(MAIL, self.work(MAIL), effect="outward"),
        )
        bench.add("own", lambda context: context.run_steps(), **{"rule": periodic(1), **settings})
        work = bench.services["own"].work
        bench.services["own"] = Service(name="own", title="Own", origin="mine", work=work, tasks=tasks)

    def work(self, title: str) -> Any:
        def work(context: Context) -> Outcome:
            if title in self.broken:
                raise OSError("no answer")
            if title == TIDY:
                self.on_tidy()
            self.done.append(title)
            return Outcome.done(n=1)

        return work

    def minute(self) -> dict[str, Any]:
        """The beat's next minute, and what its run did; the run's row."""
        self.engine.clock.advance(60)
        (run_id,) = self.engine.tick(grant=True).queued
        return self.bench.execute(run_id)

    def handed(self, run: dict[str, Any]) -> dict[str, int]:
        """Title -> own run, of the steps that this run did not carry out itself."""
        rows = step.of_run(database.read(), run["id"])
        return {row["title"]: row["own_run"] for row in rows if row["state"] == "apart"}

    def hang(self, run_id: int) -> ClaimedRun:
        """A worker claims the run and comes to no end."""
        claimed = self.engine.claim(run_id)
        assert claimed is not None
        return claimed

    def history(self, title: str) -> list[tuple[int, str]]:
        rows = step.history(database.read(), "own", title, 10)
        return [(row["run_id"], row["state"]) for row in rows]

    def took(self) -> list[str]:
        """What was done since the last look."""
        done, self.done = self.done, []
        return done


@pytest.fixture
def own(bench: Bench) -> Site:
    """On both databases, with a node."""
    return Site(bench)


@pytest.mark.parametrize("overlap", ["queue_one", "skip", "queue_all"])
def test_a_step_that_hangs_outside_delays_no_order_of_the_minutes_after_it(
    bench: Bench, overlap: str
) -> None:
    own = Site(bench, overlap=overlap)
    first = own.minute()
    own.hang(own.handed(first)[MIRROR])
    runs = [own.minute() for _ in range(3)]
    assert own.took() == [ORDERS, TIDY] * 4
    assert [(run["state"], run["started_at"] - run["planned_at"]) for run in runs] == [("succeeded", 0)] * 3
    assert {own.handed(run)[MIRROR] for run in (first, *runs)} == {own.handed(first)[MIRROR]}


def test_a_step_that_is_due_gets_one_run_of_its_own_and_is_recorded_there(own: Site) -> None:
    first = own.minute()
    mirror, mail = own.handed(first)[MIRROR], own.handed(first)[MAIL]
    assert own.took() == [ORDERS, TIDY]
    assert [message.run_id for message in own.bench.sent] == [mirror]
    ended = own.bench.execute(mirror)  # its thread goes on with the one that waited for it
    assert own.took() == [MIRROR, MAIL]
    assert (ended["state"], ended["step"], ended["trigger"]) == ("succeeded", 2, "schedule")
    assert (ended["planned_at"], ended["request_reason"]) == (None, f"step 2 of run {first['id']}")
    second = own.minute()
    assert set(own.handed(second)) == {MAIL}
    assert (own.history(MIRROR), own.history(MAIL)) == ([(mirror, "done")], [(mail, "done")])
    assert own.history(ORDERS) == [(second["id"], "done"), (first["id"], "done")]


def test_the_steps_of_a_service_that_are_apart_run_one_at_a_time(own: Site) -> None:
    first = own.minute()
    mirror, mail = own.handed(first)[MIRROR], own.handed(first)[MAIL]
    claimed = own.hang(mirror)
    assert own.engine.state(mail) == "queued"
    said = "at most one run of its steps apart at once: the earlier one has not ended"
    assert own.engine.sentence(mail) == said
    own.engine.end(claimed)
    assert own.engine.state(mail) == "granted"


def test_a_step_that_failed_is_asked_for_again_and_told_of_until_it_goes_well(own: Site) -> None:
    own.broken = {MIRROR}
    mirror = own.handed(own.minute())[MIRROR]
    assert own.bench.execute(mirror)["state"] == "failed"
    told = own.minute()
    said = f"failed the last time, in a run of its own: {MIRROR}"
    assert (told["outcome"], told["message"]) == ("partial", said)
    own.broken = set()
    own.bench.execute(own.handed(told)[MIRROR])
    assert own.minute()["outcome"] == "done"
    assert [state for _, state in own.history(MIRROR)] == ["done", "failed"]


def test_how_a_step_went_apart_says_nothing_of_the_service_and_of_its_planned_times(own: Site) -> None:
    own.broken = {ORDERS, TIDY}
    for _ in range(2):
        own.bench.execute(min(own.handed(own.minute()).values()))
    row = own.engine.service("own")
    assert (row["consecutive_failures"], row["last_outcome"]) == (2, "failed")
    assert own.engine.tallies("own", "occurrences") == {"ran": 2.0}


def test_a_step_that_is_switched_off_while_its_run_waits_is_left_out(own: Site) -> None:
    mirror = own.handed(own.minute())[MIRROR]
    own.took()
    own.engine.write(lambda tx: step.switch(tx, "own", MIRROR, False))
    own.bench.execute(mirror)
    assert MIRROR not in own.took()
    assert [row["state"] for row in step.of_run(database.read(), mirror)] == ["off"]


def test_a_run_that_is_lost_after_asking_has_lost_nothing_and_the_next_one_asks_for_nothing_twice(
    own: Site,
) -> None:
    own.engine.clock.advance(60)
    (run_id,) = own.engine.tick(grant=True).queued
    claimed = own.hang(run_id)
    own.on_tidy = lambda: own.engine.end(claimed, "lost")  # it has asked before that
    own.bench.runner.execute(claimed)
    own.on_tidy = lambda: None
    assert own.engine.state(run_id) == "lost"
    mirror = own.handed(own.engine.run(run_id))[MIRROR]
    assert own.handed(own.minute())[MIRROR] == mirror
    own.bench.execute(mirror)
    assert own.took().count(MIRROR) == 1


def test_an_attempt_whose_fence_is_retired_asks_for_nothing(own: Site) -> None:
    own.engine.clock.advance(60)
    (run_id,) = own.engine.tick(grant=True).queued
    claimed = own.hang(run_id)
    own.engine.end(claimed, "lost")
    own.bench.runner.execute(claimed)
    assert own.engine.rows("SELECT id FROM run WHERE apart") == []


def test_the_next_attempt_of_a_run_asks_for_no_step_again(bench: Bench) -> None:
    own = Site(bench, retries=1)
    own.broken = {ORDERS, TIDY}
    run = own.minute()
    asked = own.handed(run)
    bench.execute(asked[MIRROR])
    bench.engine.clock.advance(20)
    bench.engine.look()
    assert bench.execute(run["id"])["attempt"] == 2
    assert own.handed(run) == asked
    assert own.took().count(MAIL) == 1


def test_a_waiting_step_is_skipped_when_its_service_is_disabled(own: Site) -> None:
    first = own.minute()
    own.hang(own.handed(first)[MIRROR])
    own.engine.edit(lambda editor: editor.change("own", {"enabled": False}))
    own.engine.sweep()
    mail = own.engine.run(own.handed(first)[MAIL])
    assert (mail["state"], mail["reason"]) == ("skipped", "disabled")
    assert own.engine.tallies("own", "occurrences").get("skipped", 0) == 0


def test_a_step_somebody_asks_for_runs_beside_the_service_and_waits_for_the_steps_apart(own: Site) -> None:
    own.engine.clock.advance(60)
    (tick,) = own.engine.tick(grant=True).queued
    own.hang(tick)
    asked = own.engine.request("own", step=2, apart=True)
    assert own.engine.states(asked, own.engine.request("own", step=3)) == ["granted", "queued"]
    own.engine.clock.advance(60)
    assert own.engine.state(own.engine.request("own", step=4, apart=True)) == "queued"


def test_a_preempting_run_of_a_step_apart_stops_its_like_and_not_the_service(own: Site) -> None:
    first = own.minute()
    own.hang(own.handed(first)[MIRROR])
    own.engine.clock.advance(60)
    (tick,) = own.engine.tick(grant=True).queued
    own.hang(tick)
    own.engine.ask("own", step=4, apart=True, preempt=True)
    stopped = own.engine.rows("SELECT id FROM run WHERE cancel_at IS NOT NULL")
    assert stopped == [(own.handed(first)[MIRROR],)]


def test_what_is_usual_of_a_service_is_made_of_its_whole_runs(own: Site) -> None:
    first = own.minute()
    claimed = own.hang(own.handed(first)[MIRROR])
    own.engine.clock.advance(500)
    own.engine.end(claimed)
    assert duration.usual(database.read(), ["own"])["own"].p95 == 0
    assert alert_facts.durations(database.read(), ["own"]) == {"own": [0]}
    assert len(duration.ended(database.read(), "own", 0)[0]) == 1


def test_run_groups_are_held_by_a_step_apart_too(bench: Bench) -> None:
    own = Site(bench, run_groups=["db"])
    first = own.minute()  # its end hands its thread to the steps, one after the other
    assert own.took() == [ORDERS, TIDY, MIRROR, MAIL]
    times = bench.engine.rows("SELECT started_at, ended_at FROM run ORDER BY fence")
    assert all(before[1] <= after[0] for before, after in pairwise(times))
    assert set(own.handed(first)) == {MIRROR, MAIL}


def test_a_step_of_a_service_of_each_node_stays_on_its_node_and_is_missed_when_that_is_gone(
    bench: Bench,
) -> None:
    bench.engine.make_node("n2")
    own = Site(bench, instances="each")
    bench.engine.clock.advance(60)
    bench.engine.tick(grant=True)
    bound = bench.engine.rows("SELECT id, for_node FROM run ORDER BY for_node")
    runs = {for_node: bench.execute(run_id) for run_id, for_node in bound}
    mirrors = {for_node: own.handed(run)[MIRROR] for for_node, run in runs.items()}
    rows = {for_node: bench.engine.run(run_id) for for_node, run_id in mirrors.items()}
    assert [(row["for_node"], row["node"]) for row in rows.values()] == [("n1", "n1"), ("n2", "n2")]
    bench.engine.write(lambda tx: node.lose(tx, "n2", "n2a1", bench.engine.clock.now()))
    bench.engine.clock.advance(400)
    bench.engine.sweep()
    bench.engine.clock.advance(2)
    bench.engine.sweep()
    assert bench.engine.state(own.handed(runs["n2"])[MAIL]) == "missed"
    assert bench.engine.state(mirrors["n1"]) != "missed"
