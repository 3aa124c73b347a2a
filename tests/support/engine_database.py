"""Fixtures: `engine` runs a test on both databases, `sqlite_engine` and `postgresql_engine` on one."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
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
    shutil.copy(migrated_sqlite, tmp_path / "tickworks.db")
    url = f"sqlite:///{tmp_path}/tickworks.db"
    database.open(url)
    yield url
    database.close()


@pytest.fixture
def postgresql_engine_database(migrated_postgresql: str) -> Iterator[str]:
    database.open(migrated_postgresql)
    empty()
    yield migrated_postgresql
    database.close()


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
