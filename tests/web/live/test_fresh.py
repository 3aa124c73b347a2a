"""An answer stands only while nothing was written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from store import database, setting
from store.version import Version
from web.live import fresh
from web.live.fresh import Fresh


@pytest.fixture
def version(engine_database: str) -> Iterator[Version]:
    made = Version()
    yield made
    made.close()


def write(name: str = "x") -> None:
    database.write(lambda tx: setting.put(tx, name, 1, 1.0))


def in_another_thread(work: Callable[[], None]) -> None:
    """As other requests do: on a connection of its own."""

    def run() -> None:
        work()
        database.drop_connection()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_whatever_is_written_changes_the_version(version: Version) -> None:
    before = version.now()
    write()
    middle = version.now()
    in_another_thread(lambda: write("y"))
    assert len({before, middle, version.now()}) == 3


def test_reading_does_not_change_the_version(version: Version) -> None:
    def read_alone() -> bool:
        before = version.now()
        database.read().value("SELECT COUNT(*) FROM setting")
        return version.now() == before

    # PostgreSQL writes into its log now and then by itself; a reading that writes would do so each time.
    assert any(read_alone() for _ in range(10))


def test_an_answer_is_read_once_while_nothing_is_written(
    version: Version, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fresh, "STANDS", 3600)
    asked: list[int] = []
    answers = Fresh(version)
    for _ in range(3):
        answers("services", lambda: asked.append(1))
    assert len(asked) == 1


def test_a_write_is_seen_by_the_next_question(version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fresh, "STANDS", 3600)
    answers = Fresh(version)

    def count() -> int:
        return int(database.read().value("SELECT COUNT(*) FROM setting"))

    before = answers("count", count)
    write("another")
    assert answers("count", count) == before + 1


def test_an_answer_grows_old_without_a_write(version: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some of it says how late something is."""
    monkeypatch.setattr(fresh, "STANDS", 0)
    asked: list[int] = []
    answers = Fresh(version)
    for _ in range(2):
        answers("services", lambda: asked.append(1))
    assert len(asked) == 2
