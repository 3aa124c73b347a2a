"""Real servers that the checks of a whole file look at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.real_nginx import RealNginx, real_nginx
from tests.support.real_node_exporter import real_node_exporter
from tests.support.real_snmpd import RealSnmpd, real_snmpd


@pytest.fixture(scope="module")
def nginx() -> Iterator[RealNginx]:
    with real_nginx() as server:
        yield server


@pytest.fixture(scope="module")
def snmpd() -> Iterator[RealSnmpd]:
    with real_snmpd() as agent:
        yield agent


@pytest.fixture(scope="module")
def exporter() -> Iterator[int]:
    with real_node_exporter() as port:
        yield port
