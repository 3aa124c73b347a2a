"""A worker on a server that the test may break."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.conformance.brokers import RabbitmqBench
from tests.support.rabbitmq import RabbitmqServer


@pytest.fixture
def mortal_vhost(rabbitmq_server: RabbitmqServer) -> str:
    name = f"test_{uuid.uuid4().hex[:12]}"
    rabbitmq_server.add_vhost(name)
    return name


@pytest.fixture
def mortal_bench(rabbitmq_server: RabbitmqServer, mortal_vhost: str) -> Iterator[RabbitmqBench]:
    bench = RabbitmqBench(rabbitmq_server.url(mortal_vhost))
    yield bench
    bench.close()


@pytest.fixture
def bench(rabbitmq_url: str) -> Iterator[RabbitmqBench]:
    bench = RabbitmqBench(rabbitmq_url)
    yield bench
    bench.close()
