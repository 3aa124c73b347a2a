"""What every test may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from config import known_secrets

pytest_plugins = ["tests.support.servers", "tests.support.engine_database", "tests.support.covering"]

#: Temporary folders lie in memory where there is so much of it: a commit of SQLite then waits for no disk.
MEMORY, ENOUGH = Path("/dev/shm"), 6 << 30

if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH and os.access(MEMORY, os.W_OK | os.X_OK):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


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
