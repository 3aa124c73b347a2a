"""An open database on each of the two servers, with one more table that claims write to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.database.wake import hush
from broker.worker import Worker
from store import database
from tests.broker.database.taker import TABLE, Taker


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/tickworks.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database that is open in this process, on one server after the other."""
    address: str = request.getfixturevalue(f"{request.param}_engine_database")
    yield from _with_table(address)


@pytest.fixture
def opened_sqlite(sqlite_engine_database: str) -> Iterator[str]:
    yield from _with_table(sqlite_engine_database)


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Append a started worker, and it is stopped at the end."""
    started: list[Worker] = []
    yield started
    for worker in started:
        worker.stop(5_000)


@pytest.fixture
def taker(tmp_path: Path, url: str) -> Iterator[Callable[..., Taker]]:
    """Starts a process of its own that takes messages; killed at the end."""
    yield from _takers(tmp_path)


@pytest.fixture
def sqlite_taker(tmp_path: Path, opened_sqlite: str) -> Iterator[Callable[..., Taker]]:
    yield from _takers(tmp_path)


def _takers(folder: Path) -> Iterator[Callable[..., Taker]]:
    started: list[Taker] = []

    def start(mode: str) -> Taker:
        started.append(Taker(database.url(), mode, folder / "log"))
        return started[-1]

    yield start
    for one in started:
        one.kill()


def _with_table(address: str) -> Iterator[str]:
    database.write(lambda tx: tx.run(TABLE))
    yield address
    hush()
    database.close()
    database.open(address)
    database.write(lambda tx: tx.run("DROP TABLE claimed_run"))
