"""A bench on both databases, and one on SQLite where the database makes no difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from broker.runner import insist
from store import database
from store.errors import DatabaseAway
from tests.broker.runner.bench import Bench
from tests.support.engine import Engine


@pytest.fixture
def bench(engine: Engine, tmp_path: Path) -> Bench:
    engine.make_node()
    return Bench(engine, tmp_path / "log")


@pytest.fixture
def sqlite_bench(sqlite_engine: Engine, tmp_path: Path) -> Bench:
    sqlite_engine.make_node()
    return Bench(sqlite_engine, tmp_path / "log")


class Outage:
    """Counts the writes and reads that it lets fail; ``left`` says how many still will."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = 0
        monkeypatch.setattr(insist, "AGAIN", 0.0)
        for name in ("write", "read"):
            monkeypatch.setattr(database, name, self._failing(getattr(database, name)))

    def _failing(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(*args: Any, **options: Any) -> Any:
            if self.left:
                self.left -= 1
                raise DatabaseAway("database cannot be reached: gone for a moment")
            return ask(*args, **options)

        return asked


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> Outage:
    """The database is away for so many tries as a test says."""
    return Outage(monkeypatch)
