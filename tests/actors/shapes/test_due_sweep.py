"""Is a due date told of once for each stage, whatever was missed?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors import Outcome, Task, service
from actors.shapes.due_sweep import DueDate, tell_due
from actors.testing import FakeContext
from store import database
from tests.actors.system.mailing import NOW, running
from tests.support.opened import DATABASES, opened_database

DAY = 86_400.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@service(title="Tells", family="cloud", profile="hosting", origin="machpanel", tasks=(Task("Tell"),))
def demo(context: FakeContext) -> Outcome:
    """Tells, in these tests by hand."""
    return Outcome.done()


def due(days: float, key: str = "cert", to: str = "ops@example.org") -> DueDate:
    return DueDate(
        key, NOW + days * DAY, (to,), "Certificate ends in $days days", "Renew it: $$5, $days days."
    )


def notices() -> list[str]:
    sql = "SELECT template_values FROM notification ORDER BY id"
    return [row[0] for row in database.read().all(sql)]


def test_each_stage_is_told_once() -> None:
    context = running(demo)
    said = []
    for _ in range(32):
        said.append(tell_due(context, [due(31)]).counts["told"])
        context.advance(DAY)
    assert [day for day, told in enumerate(said) if told] == [1, 17, 24, 30, 31]


def test_what_was_missed_is_told_once_not_ten_times() -> None:
    context = running(demo)
    assert [tell_due(context, [due(3)]).counts["told"] for _ in range(3)] == [1, 0, 0]
    assert "ends in 3 days" in notices()[0]


def test_a_renewed_date_begins_anew() -> None:
    context = running(demo)
    tell_due(context, [due(5)])
    assert tell_due(context, [due(29)]).counts["told"] == 1


def test_one_that_cannot_be_told_hides_none_of_the_others() -> None:
    outcome = tell_due(running(demo), [due(5, "a", "nobody"), due(5, "b"), due(99, "c")])
    assert (outcome.kind, dict(outcome.counts)) == ("partial", {"told": 1, "ahead": 1, "refused": 1})
    assert "nobody" in outcome.message


def test_the_notice_is_the_familys_so_that_observing_keeps_it() -> None:
    tell_due(running(demo), [due(5)])
    assert database.read().value("SELECT family FROM notification") == "cloud"
