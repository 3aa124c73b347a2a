"""What every test may use."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from config import known_secrets

pytest_plugins = ["tests.support.servers", "tests.support.engine_database", "tests.support.covering"]


@pytest.fixture(autouse=True)
def _no_secret_is_known() -> Iterator[None]:
    """What one test has read must not be hidden from the texts of the next."""
    yield
    known_secrets.forget()


@pytest.fixture(autouse=True)
def _as_wide_as_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command prints must not depend on how wide the terminal of whoever runs the tests is."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test has logged may be rubbish on purpose: half a character would end a run in several parts."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "replace").decode()) for name, text in report.sections]
    return report
