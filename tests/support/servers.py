"""Fixtures of the servers: one of each for the test run, a vhost or a database for each test.

The `*_server` fixtures are for tests that stop or kill the server: a second one, that serves
again when the next such test begins.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.support import postgresql, rabbitmq
from tests.support.postgresql import PostgresqlServer
from tests.support.process import require
from tests.support.rabbitmq import RabbitmqServer


@pytest.fixture(scope="session")
def shared_rabbitmq() -> Iterator[RabbitmqServer]:
    """The server that all tests share: nobody may stop it."""
    yield from _rabbitmq()


@pytest.fixture(scope="session")
def _mortal_rabbitmq() -> Iterator[RabbitmqServer]:
    yield from _rabbitmq()


@pytest.fixture
def rabbitmq_vhost(shared_rabbitmq: RabbitmqServer) -> Iterator[str]:
    """The name of a virtual host of the test's own on the shared server."""
    name = _own_name()
    shared_rabbitmq.add_vhost(name)
    yield name
    shared_rabbitmq.delete_vhost(name)


@pytest.fixture
def rabbitmq_url(shared_rabbitmq: RabbitmqServer, rabbitmq_vhost: str) -> str:
    """``amqp://`` address of the test's own virtual host."""
    return shared_rabbitmq.url(rabbitmq_vhost)


@pytest.fixture
def rabbitmq_server(_mortal_rabbitmq: RabbitmqServer) -> RabbitmqServer:
    """A server the test may stop, kill and restart; add a vhost of your own."""
    if not _mortal_rabbitmq.running():
        _mortal_rabbitmq.start()
    return _mortal_rabbitmq


@pytest.fixture(scope="session")
def shared_postgresql() -> Iterator[PostgresqlServer]:
    """The server that all tests share: nobody may stop it."""
    yield from _postgresql()


@pytest.fixture(scope="session")
def _mortal_postgresql() -> Iterator[PostgresqlServer]:
    yield from _postgresql()


@pytest.fixture
def postgresql_url(shared_postgresql: PostgresqlServer) -> Iterator[str]:
    """``postgresql://`` address of an empty database of the test's own."""
    name = _own_name()
    shared_postgresql.add_database(name)
    yield shared_postgresql.url(name)
    shared_postgresql.drop_database(name)


@pytest.fixture
def postgresql_server(_mortal_postgresql: PostgresqlServer) -> PostgresqlServer:
    """A server the test may stop, kill and restart; add a database of your own."""
    if not _mortal_postgresql.running():
        _mortal_postgresql.start()
    return _mortal_postgresql


def _rabbitmq() -> Iterator[RabbitmqServer]:
    require(rabbitmq.installed() is not None, "RabbitMQ", "rabbitmq-server")
    server = RabbitmqServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def _postgresql() -> Iterator[PostgresqlServer]:
    require(postgresql.installed() is not None, "PostgreSQL", "postgresql")
    server = PostgresqlServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def _own_name() -> str:
    return f"test_{uuid.uuid4().hex[:12]}"
