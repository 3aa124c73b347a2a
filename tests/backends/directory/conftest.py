"""One domain controller for all tests of the directory; each test has an organisational unit of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from backends.directory import account, write
from backends.directory.server import Server
from backends.directory.session import Session
from domain.directory import dn
from tests.support.fault_proxy import FaultProxy
from tests.support.real_samba import ADMIN, BASE, PASSWORD, REALM, RealSamba, real_samba

GOOD = "Good-Word-1"
#: ``user(name, **attributes)`` makes one that can sign in, below the test's unit; its GUID.
MakeUser = Callable[..., uuid.UUID]


@pytest.fixture(scope="session")
def samba() -> Iterator[RealSamba]:
    with real_samba() as controller:
        yield controller


@pytest.fixture(scope="session")
def server(samba: RealSamba) -> Server:
    """The controller, as its administrator."""
    return Server("127.0.0.1", ADMIN, PASSWORD, samba.port, samba.ca_file, read_timeout=20)


@pytest.fixture(scope="module")
def session(server: Server) -> Iterator[Session]:
    """A conversation that nothing happens to."""
    with Session(server) as session:
        yield session


@pytest.fixture
def unit(session: Session) -> str:
    """The distinguished name of an organisational unit of the test's own."""
    name = dn.child(BASE, "OU", f"unit {uuid.uuid4().hex[:12]}")
    write.create(session, name, ["organizationalUnit"], {})
    return name


@pytest.fixture
def user(session: Session, unit: str) -> MakeUser:
    def make(name: str, **attributes: write.Value) -> uuid.UUID:
        own = uuid.uuid4().hex[:16]
        given: dict[str, write.Value] = {
            "sAMAccountName": own,
            "userAccountControl": account.NORMAL | account.DISABLED,
        }
        made = write.create(session, dn.child(unit, "CN", name), ["user"], given | attributes)
        account.set_password(session, made, GOOD)
        account.enable(session, made)
        return made

    return make


@pytest.fixture
def group(session: Session, unit: str) -> Callable[[str], str]:
    """``group(name)`` makes one below the test's unit; its distinguished name."""

    def make(name: str) -> str:
        made = dn.child(unit, "CN", name)
        write.create(session, made, ["group"], {"sAMAccountName": uuid.uuid4().hex})
        return made

    return make


@pytest.fixture
def proxy(samba: RealSamba) -> Iterator[FaultProxy]:
    """Between us and the controller."""
    with FaultProxy(samba.port) as proxy:
        yield proxy


@pytest.fixture
def behind(server: Server, proxy: FaultProxy) -> Server:
    """The controller by way of the proxy, with little patience."""
    return replace(server, port=proxy.port, connect_timeout=3, read_timeout=3)


def principal(name: str) -> str:
    """A sign-in name of the domain."""
    return f"{name}@{REALM}"
