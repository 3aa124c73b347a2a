"""The brokers under test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.brokers import Bench, DatabaseBench, RabbitmqBench, StubBench


@pytest.fixture
def stub_bench() -> StubBench:
    return StubBench()


@pytest.fixture
def rabbitmq_bench(rabbitmq_url: str) -> RabbitmqBench:
    return RabbitmqBench(rabbitmq_url)


@pytest.fixture
def database_sqlite_bench(sqlite_engine_database: str) -> DatabaseBench:
    return DatabaseBench()


@pytest.fixture
def database_postgresql_bench(postgresql_engine_database: str) -> DatabaseBench:
    return DatabaseBench()


@pytest.fixture(
    params=[
        "stub",
        "database-sqlite",
        pytest.param("database-postgresql", marks=pytest.mark.postgresql),
        pytest.param("rabbitmq", marks=pytest.mark.rabbitmq),
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """One broker after the other; a further one adds its name here and its fixture above."""
    bench: Bench = request.getfixturevalue(f"{request.param.replace('-', '_')}_bench")
    yield bench
    bench.close()
