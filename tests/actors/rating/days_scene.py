"""Days with calls in them, and runs of the services that look after them; for both databases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from actors.outcome import Outcome
from actors.rating import statistics_manager, statistics_manager_meta_info, summary
from actors.service import call
from actors.testing import FakeContext, testing_context
from domain.calls.packages import Packages
from store import database
from store.calls import archive, archiving
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW, Row

OLD = DAY - 40
DATE = str(archiving.date_of(OLD))
TAKEN = Packages(archive_after=30)

MANAGER = statistics_manager.run
SUMMARY, META = summary.run, statistics_manager_meta_info.run


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def context(declared: Any = MANAGER, **more: Any) -> FakeContext:
    return testing_context(declared, now=datetime.fromtimestamp(NOW, UTC), **more)


def work(options: Packages = TAKEN, **more: Any) -> Outcome:
    """One run of the Statistics Manager; what its step says."""
    running = context(**more)
    call(MANAGER, running, options)
    outcome = running.ports.ended_steps[-1].outcome
    assert outcome is not None
    return outcome


def summed() -> None:
    """Summary and Meta Info are up to date."""
    for each in (SUMMARY, META):
        assert each.options is not None
        call(each, context(each), each.options())


def calls() -> list[tuple[Any, ...]]:
    """All calls as they lie there."""
    names = ", ".join(archive.COLUMNS)
    return [
        tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
        for row in database.read().all(f"SELECT {names} FROM xdr ORDER BY day, key")
    ]


def day(number: int = OLD) -> Mapping[str, Any]:
    return next(row for row in call_rows.table("call_day") if row["day"] == number)


def totals() -> tuple[int, int]:
    """Attempts and cost, as the summary has them."""
    row = database.read().one("SELECT COALESCE(SUM(attempts), 0), COALESCE(SUM(cost), 0) FROM summary")
    assert row is not None
    return int(row[0]), int(row[1])


@pytest.fixture
def old_calls(own_folder: None) -> list[tuple[Any, ...]]:
    """Calls of an old day with everything in them that a file could lose, and one of today."""
    at = OLD * 86400 + 3600
    strange = Row(at=at, src='a"b,c', dst="", more={"session": "ü; §", "tags": "x,y", "pin": " 1 "})
    nobody = Row(at=at, client_id=None, account_id=None, reason=4, cost=0, status=6, volume=0)
    call_rows.batch([Row(at=at + n, client_id=1 + n % 3) for n in range(10)] + [strange, nobody, Row()])
    summed()
    return calls()
