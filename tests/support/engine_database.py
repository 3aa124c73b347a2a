"""Fixtures: `engine` runs a test on both databases, `sqlite_engine` and `postgresql_engine` on one."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from store import database, migrate
from tests.support.emptied import empty
from tests.support.engine import Engine
from tests.support.postgresql import PostgresqlServer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine_database(request: pytest.FixtureRequest) -> str:
    """An open, empty, migrated database, on one server after the other; ``sqlite`` or ``postgresql``."""
    request.getfixturevalue(f"{request.param}_engine_database")
    return str(request.param)


@pytest.fixture
def engine(engine_database: str) -> Engine:
    return Engine()


@pytest.fixture
def sqlite_engine(sqlite_engine_database: str) -> Engine:
    return Engine()


@pytest.fixture
def postgresql_engine(postgresql_engine_database: str) -> Engine:
    return Engine()


@pytest.fixture
def sqlite_engine_database(migrated_sqlite: Path, tmp_path: Path) -> Iterator[str]:
    yield _open_copy(migrated_sqlite, tmp_path)
    database.close()


@pytest.fixture
def postgresql_engine_database(migrated_postgresql: str) -> Iterator[str]:
    _open_emptied(migrated_postgresql)
    yield migrated_postgresql
    database.close()


@contextmanager
def module_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    """The same for a fixture of a module, whose tests only read; its parameter names the database."""
    if request.param == "sqlite":
        yield _open_copy(request.getfixturevalue("migrated_sqlite"), folder)
    else:
        url: str = request.getfixturevalue("migrated_postgresql")
        _open_emptied(url)
        yield url
    database.close()


def _open_copy(migrated: Path, folder: Path) -> str:
    shutil.copy(migrated, folder / "tickworks.db")
    url = f"sqlite:///{folder}/tickworks.db"
    database.open(url)
    return url


def _open_emptied(url: str) -> None:
    database.open(url)
    empty()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "tickworks.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(shared_postgresql: PostgresqlServer) -> str:
    name = f"engine_{uuid.uuid4().hex[:12]}"
    shared_postgresql.add_database(name)
    _migrate(shared_postgresql.url(name))
    return shared_postgresql.url(name)


def _migrate(url: str) -> None:
    database.open(url)
    migrate.up()
    database.close()
