"""What does a run report whose steps went differently?"""

from __future__ import annotations

from typing import Any

import pytest

from actors import Context, Outcome, Service, Task, service
from actors.context import StopRequested
from actors.service import call
from actors.testing import FakeContext, testing_context


def with_steps(*outcomes: Outcome | Exception | None) -> Service:
    def step(outcome: Outcome | Exception | None) -> Any:
        def work(context: Context) -> Outcome | None:
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        return work

    tasks = [Task(f"Step {number}", step(outcome)) for number, outcome in enumerate(outcomes, 1)]

    @service(name="stepped", tasks=tasks)
    def run(context: Context) -> Outcome:
        return context.run_steps()

    return run


def result(*outcomes: Outcome | Exception | None, **given: Any) -> tuple[Outcome | None, FakeContext]:
    stepped = with_steps(*outcomes)
    context = testing_context(stepped, **given)
    return call(stepped, context, None), context


def test_counts_add_up_and_what_the_steps_say_is_told() -> None:
    outcome, _ = result(Outcome.done("mailed", sent=2), None, Outcome.done("n2 is late", sent=3, late=1))
    assert outcome == Outcome("done", {"sent": 5, "late": 1}, "mailed; n2 is late")


def test_a_step_that_is_not_finished_leaves_the_run_unfinished() -> None:
    outcome, _ = result(Outcome.partial("10 left", sent=2), Outcome.done())
    assert outcome == Outcome("partial", {"sent": 2}, "10 left")


def test_a_failed_step_hides_nothing_of_the_others() -> None:
    outcome, context = result(ValueError("no disk"), Outcome.done("mailed", sent=1))
    assert outcome == Outcome("partial", {"sent": 1}, "1 of 2 steps failed: Step 1; mailed")
    assert [(step.state, step.error) for step in context.ports.ended_steps] == [
        ("failed", "ValueError: no disk"),
        ("done", None),
    ]


def test_a_run_whose_steps_all_fail_has_failed() -> None:
    outcome, _ = result(Outcome.failed("no disk"), ValueError())
    assert outcome == Outcome("failed", {}, "2 of 2 steps failed: Step 1, Step 2")


def test_a_stop_keeps_the_counts_of_the_steps_done() -> None:
    stepped = with_steps(Outcome.done(sent=1), Outcome.done(sent=1))
    context = testing_context(stepped)
    context.ports.stop_after = 1
    assert call(stepped, context, None) == Outcome("partial", {"sent": 1}, "stopped before: Step 2")
    assert context.ports.started_steps == ["Step 1"]


def test_steps_that_are_not_due_are_passed_over() -> None:
    outcome, context = result(Outcome.done(sent=1), Outcome.done(sent=5), not_due=("Step 2",))
    assert outcome == Outcome("done", {"sent": 1})
    assert context.ports.started_steps == ["Step 1"]


def test_steps_that_are_apart_are_asked_for_after_the_prompt_ones_and_before_the_others() -> None:
    order: list[str] = []

    def task(title: str, **more: Any) -> Task:
        return Task(title, lambda context: order.append(title), **more)

    tasks = (
        task("Tidy"),
        task("Copy", effect="read"),
        task("Orders", prompt=True),
        task("Mail", effect="outward"),
    )

    @service(name="stepped", tasks=tasks)
    def run(context: Context) -> Outcome:
        return context.run_steps()

    context = testing_context(run)
    assert call(run, context, None) == Outcome("done")
    assert order == ["Orders", "Copy", "Mail", "Tidy"]
    context.ports.apart = {"Copy": "apart", "Mail": "failed"}
    told = "failed the last time, in a run of its own: Mail"
    assert call(run, context, None) == Outcome("partial", {}, told)
    assert order[4:] == ["Orders", "Tidy"]


def test_no_step_is_apart_where_none_is_prompt() -> None:
    tasks = (Task("Copy", effect="read"), Task("Mail", effect="outward"))
    assert [Service(name="s", title="S", tasks=tasks).is_apart(each) for each in tasks] == [False, False]


def test_a_stop_inside_a_step_ends_the_run() -> None:
    with pytest.raises(StopRequested):
        result(StopRequested("cancel"), Outcome.done())
