"""The servers that the probes look at, each started once, and ways to spoil what they say."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.support.fault_proxy import FaultProxy
from tests.support.real_nginx import RealNginx, real_nginx
from tests.support.real_node_exporter import real_node_exporter
from tests.support.real_snmpd import RealSnmpd, real_snmpd
from tests.support.real_sshd import real_sshd
from tests.support.real_vsftpd import RealVsftpd, real_vsftpd


@pytest.fixture(scope="session")
def nginx() -> Iterator[RealNginx]:
    with real_nginx() as server:
        yield server


@pytest.fixture(scope="session")
def vsftpd() -> Iterator[RealVsftpd]:
    with real_vsftpd() as server:
        yield server


@pytest.fixture(scope="session")
def sshd() -> Iterator[int]:
    with real_sshd() as port:
        yield port


@pytest.fixture(scope="session")
def snmpd() -> Iterator[RealSnmpd]:
    with real_snmpd() as agent:
        yield agent


@pytest.fixture(scope="session")
def node_exporter() -> Iterator[int]:
    with real_node_exporter() as port:
        yield port


@pytest.fixture
def spoiled() -> Iterator[Callable[[int], FaultProxy]]:
    """Gives a proxy before a server's port; all are closed at the end."""
    proxies: list[FaultProxy] = []

    def made(port: int) -> FaultProxy:
        proxies.append(FaultProxy(port))
        return proxies[-1]

    yield made
    for proxy in proxies:
        proxy.close()


@pytest.fixture
def rubbish() -> Iterator[int]:
    """A UDP port of loopback that answers everything with rubbish."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as answering:
        answering.bind(("127.0.0.1", 0))
        port = int(answering.getsockname()[1])
        over = threading.Event()

        def answer() -> None:
            while True:
                _, whom = answering.recvfrom(65_536)
                if over.is_set():
                    return
                answering.sendto(b"\xff\x00rubbish" * 9, whom)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield port
        over.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking:
            waking.sendto(b"", ("127.0.0.1", port))
        thread.join(10)
