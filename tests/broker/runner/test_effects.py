"""What may a running service do to the world outside, and how long may a step take?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from actors import Context, Outcome, Service, Task
from actors.context import StopRequested
from store import database, held_act, live_family
from store.run import step
from tests.broker.runner.bench import Bench
from tests.broker.runner.conftest import Outage


def with_tasks(bench: Bench, *tasks: Task, name: str = "stepped") -> None:
    bench.add(name, lambda context: context.run_steps())
    own = bench.services[name]
    bench.services[name] = Service(name=name, title=name, origin=own.origin, work=own.work, tasks=tasks)


def states(bench: Bench, run: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["title"], row["state"]) for row in step.of_run(database.read(), run["id"])]


class Acting:
    """A service with one outward act; `done` are the acts that it did."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.done = bench, 0
        with_tasks(bench, Task("Send", self.send, effect="outward"), name="sends")

    def send(self, context: Context) -> Outcome:
        if context.act("outward", "Send the list to acme", key="list:acme", organisation="acme"):
            self.done += 1
        return Outcome.done(sent=self.done)

    def run(self) -> int:
        self.bench.run("sends")
        return self.done


def test_an_outward_act_is_held_until_it_is_released_or_its_family_goes_live(bench: Bench) -> None:
    acting = Acting(bench)
    assert [acting.run(), acting.run()] == [0, 0]
    (row,) = held_act.listing(database.read())
    assert (row["family"], row["service"], row["step"]) == ("own", "sends", "Send")
    assert (row["what"], row["organisation"]) == ("Send the list to acme", "acme")
    bench.engine.write(lambda tx: held_act.release(tx, [row["id"]], "anna", 1.0))
    assert [acting.run(), acting.run()] == [1, 1]
    bench.engine.write(lambda tx: live_family.switch(tx, "own", True, by="anna", now=1.0))
    assert [acting.run(), acting.run()] == [2, 3]


def test_acts_within_the_site_are_never_held(sqlite_bench: Bench) -> None:
    said: list[bool] = []
    sqlite_bench.add("reads", lambda context: said.append(context.act("local", "Note it", key="k")))
    sqlite_bench.run("reads")
    assert (said, held_act.listing(database.read())) == ([True], [])


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"effect": "loud"}, "effect: expected one of"),
        ({"key": ""}, "key: "),
        ({"what": "two\nlines"}, "what: "),
    ],
)
def test_an_act_that_cannot_be_is_told_to_its_author(
    sqlite_bench: Bench, wrong: dict[str, Any], text: str
) -> None:
    act = {"effect": "outward", "what": "Send", "key": "k", **wrong}
    sqlite_bench.add("acts", lambda context: context.act(**act))
    assert text in sqlite_bench.run("acts")["error"]


def test_an_act_insists_while_the_database_is_away(bench: Bench, outage: Outage) -> None:
    def work(context: Context) -> Outcome:
        outage.left = 4
        return Outcome.done(f"{context.act('outward', 'Send', key='k')}")

    bench.add("acts", work)
    assert bench.run("acts")["message"] == "False"
    assert len(held_act.listing(database.read())) == 1


def test_prompt_steps_run_first_and_keep_their_numbers(sqlite_bench: Bench) -> None:
    order: list[str] = []
    slow = Task("Slow", lambda context: order.append("Slow"))
    prompt = Task("Orders", lambda context: order.append("Orders"), prompt=True)
    with_tasks(sqlite_bench, slow, prompt)
    run = sqlite_bench.run("stepped")
    assert order == ["Orders", "Slow"]
    assert states(sqlite_bench, run) == [("Slow", "done"), ("Orders", "done")]
    sqlite_bench.engine.clock.advance(1)
    sqlite_bench.run("stepped", step=2)
    assert order[2:] == ["Orders"]


@pytest.mark.parametrize("how", ["returns", "raises"])
def test_a_step_over_its_time_limit_fails_and_the_others_go_on(bench: Bench, how: str) -> None:
    def slow(context: Context) -> None:
        assert not context.stopping()
        bench.engine.clock.advance(31)
        assert context.stopping()
        if how == "raises":
            raise StopRequested("so be it")

    with_tasks(
        bench, Task("Slow", slow, time_limit=timedelta(seconds=30)), Task("Next", lambda context: None)
    )
    run = bench.run("stepped")
    assert (run["state"], run["outcome"]) == ("succeeded", "partial")
    assert states(bench, run) == [("Slow", "failed"), ("Next", "done")]
    assert step.of_run(database.read(), run["id"])[0]["error"] == "took longer than its time limit of 30 s"


def test_a_run_that_a_step_has_cost_names_the_step(sqlite_bench: Bench) -> None:
    def hang(context: Context) -> None:
        sqlite_bench.engine.clock.advance(31)
        now = sqlite_bench.engine.clock.monotonic()
        sqlite_bench.active.ask_to_stop("time limit", now)  # as the warden does after the grace
        context.check_stop()

    with_tasks(sqlite_bench, Task("Slow", hang, time_limit=timedelta(seconds=30)))
    assert sqlite_bench.run("stepped")["error"] == (
        "its step Slow took longer than its time limit of 30 s and did not stop"
    )


def test_the_history_of_a_step_has_the_times_it_ran_and_no_others(bench: Bench) -> None:
    with_tasks(bench, Task("Hourly", lambda context: Outcome.done(n=1), every=timedelta(hours=1)))
    ran = bench.run("stepped")["id"]
    bench.engine.clock.advance(60)
    bench.run("stepped")
    (only,) = step.history(database.read(), "stepped", "Hourly", 10)
    assert (only["run_id"], only["state"], only["counts"]) == (ran, "done", '{"n": 1}')


def test_a_step_destroys_only_after_an_operator_has_switched_it_on(bench: Bench) -> None:
    said: list[bool] = []
    with_tasks(
        bench, Task("Remove", lambda context: said.append(context.may_destroy("Remove")), effect="destroy")
    )
    bench.run("stepped")
    bench.engine.write(lambda tx: tx.run("UPDATE step SET destroys = TRUE WHERE title = 'Remove'"))
    bench.engine.clock.advance(1)
    bench.run("stepped")
    assert said == [False, True]
