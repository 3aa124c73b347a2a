"""Does what is said last in a transaction end it, and leave nothing half done?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from store import database
from store.errors import DatabaseError
from store.tx import Tx
from tests.support.opened import DATABASES, opened_database


@pytest.fixture(params=DATABASES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    request.param = "postgresql"
    yield from opened_database(request, tmp_path)


def setting(name: str) -> str:
    return f"INSERT INTO setting (name, value, changed_at) VALUES ('{name}', '1', 0) RETURNING name"


def names() -> list[str]:
    return [row[0] for row in database.read().all("SELECT name FROM setting WHERE name LIKE 'last%'")]


def test_all_is_kept(opened: None) -> None:
    def work(tx: Tx) -> list[str]:
        tx.run(setting("last 1"))
        tx.later(setting("last 2"))
        tx.last()
        return [rows[0][0] for rows in tx.batch([(setting("last 3"), ()), (setting("last 4"), ())])]

    assert database.write(work) == ["last 3", "last 4"]
    assert sorted(names()) == ["last 1", "last 2", "last 3", "last 4"]


def test_an_error_in_it_undoes_all(opened: None) -> None:
    def work(tx: Tx) -> None:
        tx.run(setting("last 1"))
        tx.last()
        tx.run(setting("last 1"))

    with pytest.raises(DatabaseError):
        database.write(work)
    assert names() == []
    database.write(lambda tx: tx.run(setting("last 5")))
    assert names() == ["last 5"]


@pytest.mark.parametrize("fails_at", ["before it", "in it", "by a refusal"])
def test_after_an_error_with_it_the_next_transactions_are_as_ever(opened: None, fails_at: str) -> None:
    def work(tx: Tx) -> None:
        tx.run(setting("last 1"))
        if fails_at == "before it":
            tx.run(setting("last 1"))
        tx.last()
        if fails_at == "by a refusal":
            raise ValueError(fails_at)
        tx.batch([(setting("last 2"), ()), (setting("last 1"), ()), (setting("last 3"), ())])

    for _ in range(3):
        with pytest.raises((DatabaseError, ValueError), match=r"unique|UNIQUE|refusal"):
            database.write(work)
        for number in range(4):
            database.write(lambda tx, name=f"last {number}": tx.run(setting(name)))  # type: ignore[misc]
        assert sorted(names()) == ["last 0", "last 1", "last 2", "last 3"]
        database.write(lambda tx: tx.run("DELETE FROM setting"))


@pytest.mark.postgresql
def test_its_answer_comes_when_others_see_it_already(postgresql: None) -> None:
    def work(tx: Tx) -> int:
        tx.last()
        tx.run(setting("last 1"))
        with psycopg.connect(database.url()) as other:
            found = other.execute("SELECT COUNT(*) FROM setting WHERE name = 'last 1'").fetchone()
        return found[0] if found else 0

    assert database.write(work) == 1


@pytest.mark.postgresql
def test_something_after_it_is_refused(postgresql: None) -> None:
    def work(tx: Tx) -> None:
        tx.last()
        tx.run(setting("last 1"))
        tx.run(setting("last 2"))

    with pytest.raises(RuntimeError, match="after what was the last"):
        database.write(work)
    assert names() == ["last 1"]
