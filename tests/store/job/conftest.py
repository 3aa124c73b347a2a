"""A database of each kind, and a kind of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.job_kind import JobKind
from tests.support.jobs import FarSide
from tests.support.opened import DATABASES, opened_database


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.fixture
def kind() -> JobKind:
    return FarSide().kind()
