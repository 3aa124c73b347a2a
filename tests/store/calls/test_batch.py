"""Does a part of a batch come free when whoever has it stands still?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from domain.calls.raw import RawLegs
from store import database
from store.calls import batch
from store.calls.chunk import add
from store.errors import DatabaseError
from store.tx import Tx
from tests.support import calls_to_rate
from tests.support.opened import opened_database


@pytest.fixture(params=[pytest.param("postgresql", marks=pytest.mark.postgresql)])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


@pytest.mark.usefixtures("opened")
def test_a_process_that_is_stopped_does_not_keep_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_SHORT_LEASH", batch._SHORT_LEASH.replace("'20s'", "'200ms'"))
    raw = RawLegs.of(calls_to_rate.legs(Random(1), 1))
    database.write(lambda tx: add(tx, raw, gateway="Switch", now=0.0))
    begun = database.write(lambda tx: batch.begin(tx, fence=1, node="n1", most=9, shards=1, now=0.0))
    assert begun is not None
    holds, goes_on = threading.Event(), threading.Event()
    failed: list[DatabaseError] = []

    def stopped(tx: Tx) -> None:
        assert batch.hold_shard(tx, begun.id, 0, 1)
        holds.set()
        goes_on.wait(30)

    def first() -> None:
        try:
            database.write(stopped)
        except DatabaseError as error:
            failed.append(error)
        database.drop_connection()

    thread = threading.Thread(target=first)
    thread.start()
    assert holds.wait(30)
    assert database.write(lambda tx: batch.hold_shard(tx, begun.id, 0, 1))
    goes_on.set()
    thread.join()
    assert failed, "what it had written is undone, and it is told"
