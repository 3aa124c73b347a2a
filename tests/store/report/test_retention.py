"""Do deliveries go past their term, without a report being mailed again for it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.report.query import query
from domain.report.schedule import Limits, rule
from domain.retention import DAY, Retention
from store import database, history
from store.report import mailing, queries, schedules
from store.tx import Tx
from tests.support.opened import DATABASES, opened_database

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def test_old_deliveries_go_and_their_times_are_not_served_again() -> None:
    def keep(tx: Tx) -> None:
        query_id = queries.add(tx, query(name="r", kind="runs"), "ann", NOW - DAY)
        assert query_id is not None
        schedules.add(tx, query_id, rule(["08:00"], "UTC"), ["a@example.org"], "csv", NOW - DAY)

    database.write(keep)
    (each,) = schedules.on(database.read())
    assert mailing.serve(each, NOW, Limits()).counts == {"mailed": 1}
    gone: Counter[str] = Counter()
    for days in (59, 61):
        for what, count in history.clean(Retention(keep_mail_days=60).terms(NOW + days * DAY), 500):
            gone[f"{what} after {days}"] += count
    assert gone["reports after 59"] == 0
    assert gone["reports after 61"] == 1
    (each,) = schedules.on(database.read())
    assert mailing.serve(each, NOW + 60, Limits()).counts == {}
