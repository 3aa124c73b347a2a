"""The two stacks every integration test runs on: embedded, and PostgreSQL with RabbitMQ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.site import RunningSite, running

StartSite = Callable[..., RunningSite]


@pytest.fixture(params=["embedded", "servers"])
def stack(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """(database url, broker url) of one stack."""
    if request.param == "embedded":
        return f"sqlite:///{tmp_path}/var/tickworks.db", "database"
    return request.getfixturevalue("postgresql_url"), request.getfixturevalue("rabbitmq_url")


@pytest.fixture
def start_site(stack: tuple[str, str], tmp_path: Path) -> Iterator[StartSite]:
    """Start a site with these services; it is stopped after the test."""
    with ExitStack() as sites:

        def start(services: str, **settings: Any) -> RunningSite:
            site = RunningSite(
                tmp_path, database_url=stack[0], broker_url=stack[1], services=services, **settings
            )
            return sites.enter_context(running(site))

        yield start
