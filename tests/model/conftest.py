"""The databases of the model, and how many steps it takes."""

from __future__ import annotations

import os
import random
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store import database, migrate
from store.tx import Tx
from tests.model import watch
from tests.support.postgresql import PostgresqlServer

#: Steps of one test: its seed is the first one plus its number, so that any of them can be repeated alone.
CHUNK = 2_000
#: On SQLite and on PostgreSQL, when nobody asks for another number.
STEPS = (20_000, 2_000)

SEED = int(os.environ.get("TICKWORKS_TEST_SEED") or random.SystemRandom().randrange(2**31))


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--model-steps N``, or TICKWORKS_MODEL_STEPS where this file is not read in time for it."""
    text = "steps of the model on SQLite; a tenth of them on PostgreSQL (20000)"
    parser.addoption("--model-steps", type=int, default=None, help=text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each chunk of steps."""
    if "chunk" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--model-steps", default=None)
        asked = asked or int(os.environ.get("TICKWORKS_MODEL_STEPS") or 0)
        on_postgresql = "postgresql" in metafunc.function.__name__
        wanted = (asked // 10 if on_postgresql else asked) or STEPS[on_postgresql]
        metafunc.parametrize("chunk", range(max(1, -(-wanted // CHUNK))))


@pytest.fixture(scope="module")
def sqlite_model(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A migrated SQLite database with the model's triggers, for all sites one after the other."""
    path = tmp_path_factory.mktemp("model") / "tickworks.db"
    shutil.copy(migrated_sqlite, path)
    yield from _opened(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def postgresql_model(shared_postgresql: PostgresqlServer) -> Iterator[None]:
    """The same on PostgreSQL, in a database that no other test ever sees: the triggers stay."""
    name = f"model_{uuid.uuid4().hex[:12]}"
    shared_postgresql.add_database(name)
    database.open(shared_postgresql.url(name))
    migrate.up()
    yield from _opened(shared_postgresql.url(name))
    shared_postgresql.drop_database(name)


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no commit of a model wait for the disk: nothing of it need survive a power cut."""
    write = database.write

    def write_soon(work: Callable[[Tx], object], *, durable: bool = False) -> object:
        return write(work, durable=False)

    monkeypatch.setattr(database, "write", write_soon)


def _opened(url: str) -> Iterator[None]:
    database.open(url)
    database.write(watch.install)
    yield
    database.close()
