"""Does every law hold after each of thousands of random steps of random sites?

`make model STEPS=1000000` or ``pytest tests/model --model-steps 1000000`` takes as many as are asked for.
A failure prints the seed and the shortest way to it; TICKWORKS_TEST_SEED sets the seed.
"""

from __future__ import annotations

import pytest

from tests.model.conftest import CHUNK, SEED
from tests.model.run_model import run_model


@pytest.mark.timeout(900)
@pytest.mark.usefixtures("sqlite_model", "unsynced")
def test_the_laws_hold_on_sqlite(chunk: int) -> None:
    print(f"TICKWORKS_TEST_SEED={SEED}, chunk {chunk}")
    assert run_model(CHUNK, SEED + chunk) >= CHUNK


@pytest.mark.postgresql
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("postgresql_model")
def test_the_laws_hold_on_postgresql(chunk: int) -> None:
    print(f"TICKWORKS_TEST_SEED={SEED}, chunk {chunk}")
    assert run_model(CHUNK, SEED + chunk) >= CHUNK
