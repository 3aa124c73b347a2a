"""Does who meets another program's lock on a SQLite file wait for it, and not for ever?"""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest

from store import busy, database
from store.busy import AGAIN, BUSY_TIMEOUT, while_busy
from store.errors import DatabaseAway

#: What SQLite itself does not wait for.
SWITCH = "PRAGMA journal_mode = wal"


@pytest.fixture
def held(tmp_path: Path) -> sqlite3.Connection:
    """Somebody else's, who is about to write the first page of a new file."""
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_who_meets_another_at_a_new_file_waits_for_him(held: sqlite3.Connection, tmp_path: Path) -> None:
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            held.execute("COMMIT")

    late = sqlite3.connect(tmp_path / "new.db", isolation_level=None, timeout=0)
    while_busy(partial(late.execute, SWITCH), pause)
    assert waits == [AGAIN] * 3
    assert late.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_the_wait_has_an_end(held: sqlite3.Connection, tmp_path: Path) -> None:
    waits: list[float] = []
    late = sqlite3.connect(tmp_path / "new.db", isolation_level=None, timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        while_busy(partial(late.execute, SWITCH), waits.append)
    assert sum(waits) == pytest.approx(BUSY_TIMEOUT / 1000)


def test_what_is_no_database_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "new.db").write_text("a letter" * 100)
    waits: list[float] = []
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        while_busy(partial(sqlite3.connect(tmp_path / "new.db").execute, SWITCH), waits.append)
    assert waits == []


@pytest.mark.timeout(10)
def test_a_file_that_somebody_keeps_to_himself_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(busy, "BUSY_TIMEOUT", 50)
    other = sqlite3.connect(tmp_path / "new.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database.open(f"sqlite:///{tmp_path}/new.db")
    try:
        with pytest.raises(DatabaseAway, match="locked"):
            database.connection()
        other.execute("ROLLBACK")
        assert database.read().value("PRAGMA busy_timeout") == 5_000
    finally:
        database.close()
