"""Are the bars of the table up to date, though only services of which a run ended are read again?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from store import database
from store.run.recent import recent
from tests.support import rows
from tests.support.opened import DATABASES, opened_database
from web.live import last_runs
from web.live.last_runs import ALL, LATE, LastRuns

pytestmark = pytest.mark.usefixtures("opened")

NOW = 1_800_000_000.0
ZONE = ZoneInfo("UTC")
NAMES = ("mail", "sync", "idle")


def newest(last: LastRuns, now: float, names: tuple[str, ...] = NAMES) -> dict[str, int]:
    """The newest run that each service has a bar for."""
    return {name: id for name, (id, _) in last.of(database.read(), names, now, ZONE).items()}


@pytest.fixture(params=DATABASES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@contextmanager
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The services that are read meanwhile."""
    read: list[str] = []
    true = recent

    def noted(tx: object, names: list[str], count: int) -> object:
        read.extend(names)
        return true(tx, names, count)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(last_runs, "recent", noted)
        yield read


@pytest.fixture
def last() -> LastRuns:
    """It has looked once: mail and sync have a bar."""
    rows.run(1, "succeeded", NOW - 500, service="mail")
    rows.run(2, "succeeded", NOW - 500, service="sync")
    found = LastRuns()
    assert newest(found, NOW) == {"mail": 1, "sync": 2}
    return found


def test_a_run_that_has_ended_since_gets_its_bar(last: LastRuns) -> None:
    rows.run(3, "failed", NOW + 0.1, service="mail")
    rows.run(4, "succeeded", NOW + 0.2, service="idle")
    assert newest(last, NOW + 0.5) == {"mail": 3, "sync": 2, "idle": 4}


def test_an_end_that_is_seen_late_gets_its_bar(last: LastRuns) -> None:
    rows.run(3, "succeeded", NOW - LATE + 1, service="mail")
    assert newest(last, NOW + 0.5)["mail"] == 3


def test_whatever_was_later_still_is_seen_when_all_is_read_again(last: LastRuns) -> None:
    rows.run(3, "succeeded", NOW - LATE - 100, service="mail")
    assert newest(last, NOW + 1)["mail"] == 1
    assert newest(last, NOW + ALL + 1)["mail"] == 3


def test_a_clock_that_was_set_back_makes_no_bar_late(last: LastRuns) -> None:
    rows.run(3, "succeeded", NOW - 9_000, service="mail")
    assert newest(last, NOW - 8_999)["mail"] == 3


def test_a_service_that_joins_brings_its_bars(last: LastRuns) -> None:
    rows.run(3, "succeeded", NOW - 9_000, service="new")
    assert newest(last, NOW + 1, (*NAMES, "new"))["new"] == 3


def test_what_has_not_run_is_not_read_again(last: LastRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.run(3, "succeeded", NOW + 0.1, service="mail")
    with reading(monkeypatch) as read:
        newest(last, NOW + 0.5)
    assert read == ["mail"]
