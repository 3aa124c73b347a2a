"""Fixtures: `site` has a customer, a vendor and two more clients, with rates; on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actors.calculating.books import Books
from actors.calculating.pool import Here
from actors.calculating.turn import Turn
from node.site import Site
from tests.support import calls_to_rate
from tests.support.engine_database import engine_database as engine_database
from tests.support.object_site import site as empty_site

_ = empty_site


@pytest.fixture
def site(empty_site: Site) -> Site:
    calls_to_rate.clients(empty_site, 2)
    return empty_site


@pytest.fixture
def turn(site: Site) -> Callable[..., dict[str, int] | None]:
    """One turn of a calculator without children."""
    fences = iter(range(1, 1000))

    def take(shards: int = 2, most: int = 10_000) -> dict[str, int] | None:
        books = Books()
        own = Turn("n1", most, shards, books, Here(books), site.clock.now)
        return own.take(next(fences), lambda: None)

    return take
