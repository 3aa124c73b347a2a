"""One mail server for the tests of the helpdesk; each test finds its mailbox empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.real_mail import RealMail, real_mail


@pytest.fixture(scope="session")
def mail_server() -> Iterator[RealMail]:
    with real_mail() as server:
        yield server


@pytest.fixture
def mail(mail_server: RealMail) -> RealMail:
    mail_server.empty()
    return mail_server


@pytest.fixture
def opened(engine_database: str) -> None:
    """A database of each kind."""


@pytest.fixture
def sqlite(sqlite_engine_database: str) -> None:
    """For what has nothing to do with SQL."""
