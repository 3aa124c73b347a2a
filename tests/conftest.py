"""What every test may use."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from config import known_secrets

pytest_plugins = ["tests.support.servers", "tests.support.engine_database"]


@pytest.fixture(autouse=True)
def _no_secret_is_known() -> Iterator[None]:
    """What one test has read must not be hidden from the texts of the next."""
    yield
    known_secrets.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test has logged may be rubbish on purpose: half a character would end a run in several parts."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "replace").decode()) for name, text in report.sections]
    return report
