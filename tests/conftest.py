"""What every test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config import known_secrets

pytest_plugins = ["tests.support.servers", "tests.support.engine_database"]


@pytest.fixture(autouse=True)
def _no_secret_is_known() -> Iterator[None]:
    """What one test has read must not be hidden from the texts of the next."""
    yield
    known_secrets.forget()
