"""Do the engine's own figures say what its tables say?"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database, health, message, setting
from store.message import Sent
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import node, process, put, run

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def figures(metric: str) -> dict[str, float]:
    found = health.figures(database.read(), NOW, window=120)
    return {about: value for name, about, value in found if name == f"engine.{metric}"}


def test_an_empty_system_has_figures_and_no_trouble() -> None:
    assert figures("workers") == {"": 0}
    assert figures("oldest_queued_seconds") == {"": 0}
    assert figures("nodes") == {"up": 0, "draining": 0, "lost": 0}
    assert figures("beat_age_seconds") == {}


def test_nodes_are_counted_by_state() -> None:
    for name, state in (("a", "up"), ("b", "up"), ("c", "lost"), ("d", "left")):
        node(name, state)
    assert figures("nodes") == {"up": 2, "draining": 0, "lost": 1}


def test_slots_are_those_of_live_workers_and_busy_ones_those_with_a_run() -> None:
    process(1, slots=8)
    process(2, slots=8, state="draining")
    process(3, slots=8, ended_at=1.0)
    process(4, kind="system", slots=1)
    run(1, "running")
    run(2, "granted")
    run(3, "queued")
    assert (figures("workers"), figures("slots"), figures("busy_slots")) == ({"": 2}, {"": 16}, {"": 2})


def test_the_queue_has_its_length_and_the_age_of_its_oldest_run() -> None:
    run(1, "queued", queued_at=NOW - 40)
    run(2, "queued", queued_at=NOW - 90.5)
    run(3, "running", queued_at=NOW - 500)
    assert figures("queued_runs") == {"": 2}
    assert figures("oldest_queued_seconds") == {"": 90.5}


def test_runs_that_ended_are_a_rate_of_the_last_minutes_by_their_end() -> None:
    for number, (state, ago) in enumerate(
        [("succeeded", 1), ("succeeded", 119), ("succeeded", 121), ("failed", 5), ("succeeded", -10)]
    ):
        run(number, state, NOW - ago)
    rates = figures("runs_per_minute")
    assert rates == {**dict.fromkeys(health.ENDS, 0.0), "succeeded": 1.0, "failed": 0.5}


def test_each_node_shows_its_oldest_lease() -> None:
    process(1, node="a", seen_at=NOW - 2)
    process(2, node="a", seen_at=NOW - 30)
    process(3, node="b", seen_at=NOW + 5)
    process(4, node="c", seen_at=NOW - 999, ended_at=1.0)
    assert figures("lease_age_seconds") == {"a": 30, "b": 0}


def test_the_beat_is_as_old_as_its_last_tick() -> None:
    database.write(lambda tx: setting.put(tx, "beat", {"at": NOW - 75}, NOW))
    assert figures("beat_age_seconds") == {"": 75}


def test_waiting_messages_of_the_embedded_broker_are_counted_by_queue() -> None:
    database.write(lambda tx: message.put(tx, [Sent("a", b""), Sent("a", b""), Sent("b", b"")], NOW))
    assert figures("messages") == {"a": 2, "b": 1}


def test_the_biggest_table_is_named_with_its_size() -> None:
    small, before = figures("database_bytes")[""], figures("table_bytes")
    for number in range(40):
        put("rejected", id=number, at=1.0, queue="q", reason="r", body=random_text(8_000))
    tables = figures("table_bytes")
    # A table that tests before have filled and emptied keeps its space in PostgreSQL.
    grown = {name: size - before.get(name, 0) for name, size in tables.items()}
    assert max(grown, key=lambda name: grown[name]) == "rejected"
    assert tables["rejected"] >= 40 * 8_000
    assert figures("database_bytes")[""] > small
    assert len(tables) <= health.BIGGEST


def random_text(length: int) -> str:
    """PostgreSQL packs what is not random."""
    return base64.b64encode(secrets.token_bytes(length)).decode()[:length]
