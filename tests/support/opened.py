"""A migrated database of the test's own, of either kind.

@pytest.fixture(params=DATABASES)
def opened(request, tmp_path):
    yield from opened_database(request, tmp_path)
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database
from tests.support.emptied import empty

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))


def opened_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[None]:
    """Open the database that the fixture's parameter names, with all tables, until the test ends."""
    if request.param == "postgresql":
        database.open(request.getfixturevalue("migrated_postgresql"))
        empty()
    else:
        shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "t.db")
        database.open(f"sqlite:///{folder}/t.db")
    yield
    database.close()
