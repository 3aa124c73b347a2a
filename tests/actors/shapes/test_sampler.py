"""Are many targets measured at once, and does a failing one hide none of the others?"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from actors import Outcome, service
from actors.shapes.sampler import Measured, sample
from actors.testing import FakeContext, testing_context
from store import database
from store import sample as samples
from tests.support.opened import DATABASES, opened_database


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@service(title="Samples")
def demo(context: FakeContext) -> Outcome:
    """Samples, in these tests by hand."""
    return Outcome.done()


def keep(tx: Any, results: Sequence[Measured[str]]) -> None:
    for each in results:
        samples.add(tx, each.name, [(metric, "", value) for metric, value in each.figures.items()], each.at)


def kept() -> list[str]:
    return [row[0] for row in database.read().all("SELECT node FROM series ORDER BY node")]


def run(measure: Any, targets: Sequence[str] = ("a", "b", "c"), **more: Any) -> Outcome:
    context = more.pop("context", None) or testing_context(demo)
    return sample(context, targets, measure, name=str, store=keep, **more)


def test_targets_are_measured_at_the_same_time_and_kept_together() -> None:
    all_three = threading.Barrier(3)

    def measure(target: str) -> dict[str, float]:
        all_three.wait(20)
        return {"load": 1.0}

    assert run(measure, at_once=3).counts == {"measured": 3, "failed": 0}
    assert kept() == ["a", "b", "c"]


def test_a_target_that_fails_is_named_and_hides_none() -> None:
    def measure(target: str) -> dict[str, float]:
        if target == "b":
            raise ConnectionError("b:161 is not reachable")
        return {"load": 1.0}

    outcome = run(measure)
    assert (outcome.kind, outcome.counts) == ("done", {"measured": 2, "failed": 1})
    assert outcome.message == "b: b:161 is not reachable"
    assert kept() == ["a", "c"]


def test_when_all_fail_the_run_fails() -> None:
    def measure(target: str) -> dict[str, float]:
        raise TimeoutError

    outcome = run(measure, [f"t{n}" for n in range(9)])
    assert outcome.kind == "failed"
    assert outcome.message.endswith("and 6 more")


def test_never_more_than_asked_for_at_once() -> None:
    now, most, lock = [0], [0], threading.Lock()

    def measure(target: str) -> dict[str, float]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        with lock:
            now[0] -= 1
        return {}

    assert run(measure, [str(n) for n in range(50)], at_once=2).counts["measured"] == 50
    assert most[0] <= 2


def test_a_stop_keeps_what_was_measured() -> None:
    context = testing_context(demo)
    context.ports.stop_after = 1
    outcome = run(lambda target: {"load": 1.0}, at_once=1, context=context)
    assert (outcome.kind, outcome.counts["measured"]) == ("partial", 1)
    assert kept() == ["a"]
