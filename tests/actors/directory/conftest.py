"""One domain controller for the services; each test has a unit of its own, which is its directory's base."""

from __future__ import annotations

import pytest

from tests.backends.directory.conftest import behind, group, proxy, samba, server, session, unit, user

__all__ = ["behind", "group", "opened", "proxy", "samba", "server", "session", "sqlite", "unit", "user"]


@pytest.fixture
def opened(engine_database: str) -> None:
    """A database of each kind."""


@pytest.fixture
def sqlite(sqlite_engine_database: str) -> None:
    """For what has nothing to do with SQL."""
