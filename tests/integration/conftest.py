"""The two stacks every integration test runs on: embedded, and PostgreSQL with RabbitMQ.

To start and stop a site takes seconds: tests that leave it as it was share the one of their file.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from domain.time.clock import SystemClock
from store import database
from store.run.cancelled import cancel
from tests.support.site import RunningSite, running
from tests.support.until import until

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


@pytest.fixture(scope="module", params=["embedded", "servers"])
def site_of_the_file(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningSite]:
    """One site with the module's SERVICES, and its NODE where it has one, for all tests of the file."""
    folder = tmp_path_factory.mktemp("site")
    urls = f"sqlite:///{folder}/var/tickworks.db", "database"
    name = f"file_{uuid.uuid4().hex[:12]}"
    with ExitStack() as last:
        if request.param == "servers":
            postgresql, rabbitmq = (
                request.getfixturevalue(f"shared_{each}") for each in ("postgresql", "rabbitmq")
            )
            postgresql.add_database(name)
            last.callback(postgresql.drop_database, name)
            rabbitmq.add_vhost(name)
            last.callback(rabbitmq.delete_vhost, name)
            urls = postgresql.url(name), rabbitmq.url(name)
        site = RunningSite(
            folder,
            database_url=urls[0],
            broker_url=urls[1],
            services=request.module.SERVICES,
            node=getattr(request.module, "NODE", None),
        )
        yield last.enter_context(running(site))


@pytest.fixture
def site(site_of_the_file: RunningSite) -> Iterator[RunningSite]:
    """The same with its database open; afterwards no run that the test has asked for is left."""
    if not database.is_open() or database.url() != site_of_the_file.database_url:
        database.open(site_of_the_file.database_url)
    processes = site_of_the_file.node["processes"]
    until(lambda: len(site_of_the_file.workers()) == processes, "workers that a test has killed are replaced")
    yield site_of_the_file
    asked = "SELECT id FROM run WHERE ended_at IS NULL AND requested_by = 'a test'"
    left = [row[0] for row in database.read().all(asked)]
    database.write(lambda tx: cancel(tx, left, by="a test", now=SystemClock().now()))
    for run_id in left:
        site_of_the_file.until_state(run_id, "cancelled", "succeeded", "failed", "lost")
