"""Are usual durations made of the runs that did the work?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database
from store.duration import Usual, ended, usual
from tests.support import rows
from tests.support.opened import DATABASES, opened_database

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def ran(number: int, took: float, state: str = "succeeded", waited: float = 2.0, **more: object) -> None:
    """A run that waited and then took so long."""
    start = NOW + number * 100
    rows.run(number, state, start + took, started_at=start, queued_at=start - waited, **more)


def test_median_and_slowest_are_of_the_last_succeeded_runs() -> None:
    ran(1, 9000.0)  # too long ago
    for number in range(2, 22):
        ran(number, float(number), waited=number / 2)
    ran(22, 5000.0, "failed")
    assert usual(database.read(), ["mail", "idle"]) == {"mail": Usual(11.0, 20.0, 5.5, 10.0, 20)}


def test_each_service_has_its_own() -> None:
    ran(1, 3.0)
    ran(2, 7.0, service="sync")
    found = usual(database.read(), ["mail", "sync"])
    assert {name: each.p50 for name, each in found.items()} == {"mail": 3.0, "sync": 7.0}


def test_a_clock_that_was_set_back_makes_no_negative_duration() -> None:
    ran(1, -50.0, waited=-3.0)
    assert usual(database.read(), ["mail"])["mail"] == Usual(0.0, 0.0, 0.0, 0.0, 1)


def test_the_course_of_a_service_has_what_ended_since() -> None:
    ran(1, 1.0)
    ran(2, 2.0, "failed")
    ran(3, 3.0, "lost")
    ran(4, 4.0, "cancelled")
    ran(5, 5.0, service="other")
    rows.run(6, "skipped", NOW + 700)
    found, complete = ended(database.read(), "mail", NOW + 150)
    assert [each[1:] for each in found] == [(False, 2.0, 3.0), (False, 2.0, 2.0)]
    assert complete


def test_it_says_when_there_is_more_than_it_reads() -> None:
    for number in range(1, 5):
        ran(number, 1.0)
    found, complete = ended(database.read(), "mail", NOW, most=3)
    assert (len(found), complete) == (3, False)
    assert ended(database.read(), "mail", NOW, most=4)[1]
