"""Does exactly that go which is past its term and not in use?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors import Outcome, service
from actors.shapes.retention import before, retain
from actors.testing import FakeContext, testing_context
from store.retention import Past, delete
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import ids, put

OLD = Past("rejected", "rejected", "at < ?", free="queue <> 'in use'")


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@service(title="Cleans")
def demo(context: FakeContext) -> Outcome:
    """Cleans, in these tests by hand."""
    return Outcome.done()


def rejected(count: int, days_ago: float, queue: str = "q") -> None:
    at = before(testing_context(demo), days_ago)
    for _ in range(count):
        put("rejected", at=at, queue=queue, reason="", body="")


def clean(context: FakeContext, **more: float) -> Outcome:
    return retain(context, delete(OLD, before(context, 30), 2), **more)  # type: ignore[arg-type]


def test_what_is_past_its_term_goes_in_small_batches_and_the_rest_stays() -> None:
    rejected(5, 31)
    rejected(1, 29)
    context = testing_context(demo)
    assert clean(context).counts == {"rejected": 5}
    assert [done for done, _ in context.ports.progressed] == [2, 4, 5]
    assert len(ids("rejected")) == 1


def test_a_row_in_use_stays_however_old() -> None:
    rejected(1, 400, "in use")
    assert clean(testing_context(demo)).counts == {}
    assert len(ids("rejected")) == 1


def test_after_its_longest_time_or_a_stop_the_rest_is_left() -> None:
    rejected(6, 31)
    context = testing_context(demo)
    context.ports.stop_after = 1
    assert (clean(context).kind, len(ids("rejected"))) == ("partial", 2)
    slow = testing_context(demo)
    told = slow.ports.progress
    slow.ports.progress = lambda *way: (told(*way), slow.advance(60))[0]  # type: ignore[method-assign]
    assert clean(slow, longest=30).kind == "partial"
