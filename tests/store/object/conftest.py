"""A database of each kind, and hands to make objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.objects.catalogue import find
from domain.objects.checked import checked
from store import database
from store.object import write

NOW = 1_800_000_000.0
Make = Callable[..., int]


@pytest.fixture(autouse=True)
def _opened(engine_database: str) -> None:
    """On one database after the other."""


@pytest.fixture
def make() -> Make:
    def made(kind: str, /, **values: Any) -> int:
        whole = checked(find(kind), values)
        return database.write(lambda tx: write.create(tx, kind, whole, now=NOW))

    return made
