"""What do several processes do with the messages, and what is left when one is killed?"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.database import Bell, DatabaseBroker, wake
from broker.database.intake import DatabaseIntake
from broker.worker import Worker
from store import database, message, migrate
from tests.broker.database.taker import (
    QUEUE,
    Taker,
    actor,
    claimed_runs,
    plain_message,
    read,
    run_message,
)
from tests.support.postgresql import PostgresqlServer
from tests.support.until import until

Start = Callable[..., Taker]


def test_two_processes_each_get_work_and_none_twice(taker: Start, url: str, tmp_path: Path) -> None:
    a, b = taker("meets"), taker("meets")
    until(lambda: a.said("ready") and b.said("ready"), "both listen")
    DatabaseBroker().enqueue_many([run_message(n) for n in range(40)])
    log = tmp_path / "log"
    until(lambda: len([line for line in read(log) if line[0] == "ran"]) >= 40, "all ran")
    assert (sorted(a.said("ran") + b.said("ran")), claimed_runs()) == (list(range(40)), list(range(40)))
    assert a.said("ran")
    assert b.said("ran")


def test_a_process_killed_in_its_claim_leaves_the_message_and_no_claim(taker: Start, url: str) -> None:
    victim = taker("hangs in claim")
    DatabaseBroker().enqueue(run_message(1))
    until(lambda: victim.said("claiming"), "it is inside the transaction")
    victim.kill()
    until(lambda: message.counts(database.read()) == {QUEUE: 1}, "the message waits")
    assert claimed_runs() == []


def test_what_a_killed_process_had_in_work_is_delivered_again(
    taker: Start, url: str, workers: list[Worker]
) -> None:
    seen: list[int] = []
    victim = taker("hangs")
    DatabaseBroker().enqueue(plain_message(5))
    until(lambda: victim.said("began") == [5], "it is in work")
    victim.kill()
    broker = DatabaseBroker(lease=0.2)
    actor(broker, lambda n: seen.append(n))
    workers.append(Worker(broker, queues=[QUEUE], worker_timeout=50))
    workers[-1].start()
    until(lambda: seen == [5], "it was delivered again")
    until(lambda: not message.held(database.read()), "and settled")


def test_a_proven_end_needs_no_lease(taker: Start, url: str) -> None:
    victim, other = taker("hangs"), taker("hangs")
    broker = DatabaseBroker()
    broker.enqueue_many([plain_message(n) for n in range(4)])
    until(lambda: len(victim.said("began") + other.said("began")) == 4, "all are in work")
    mine = len(victim.said("began"))
    victim.kill()
    other.kill()
    broker.process_ended(victim.pid)
    assert (message.counts(database.read()).get(QUEUE, 0), mine) == (2, 2)


def test_what_a_living_process_has_in_work_is_left_to_it(url: str, workers: list[Worker]) -> None:
    seen: list[int] = []
    began: list[int] = []
    gate = threading.Event()
    holder, watcher = DatabaseBroker(lease=0.3), DatabaseBroker(lease=2.0)

    def block(n: int) -> None:
        began.append(n)
        gate.wait(20)

    actor(holder, block)
    actor(watcher, lambda n: seen.append(n))
    workers.append(Worker(holder, queues=[QUEUE], worker_timeout=50))
    workers[-1].start()
    holder.enqueue(plain_message(1))
    until(lambda: began, "it is in work")
    workers.append(Worker(watcher, queues=[QUEUE], worker_timeout=50))
    workers[-1].start()
    until(lambda: message.held(database.read())[0].renewal >= 30, "it was renewed for longer than the lease")
    gate.set()
    assert seen == []


def test_a_process_that_is_asked_to_stop_gives_its_messages_back(taker: Start, url: str) -> None:
    one = taker("hangs")
    DatabaseBroker().enqueue_many([plain_message(1), plain_message(2), plain_message(3)])
    until(lambda: len(one.said("began")) == 2, "both threads are busy")
    code = one.ends()
    assert (code, message.counts(database.read()), message.held(database.read())) == (0, {QUEUE: 3}, [])


def test_a_forked_child_sends_with_a_broker_its_parent_used(
    taker: Start, url: str, workers: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DatabaseIntake, "longest_wait", 600.0)
    seen: list[int] = []
    broker = DatabaseBroker(lease=3600)
    actor(broker, lambda n: seen.append(n))
    workers.append(Worker(broker, queues=[QUEUE], worker_timeout=50))
    workers[-1].start()
    taker("forks")
    until(lambda: sorted(seen) == [1, 2], "a message of each arrived, by a ring")


@pytest.mark.parametrize("sender_comes_first", [True, False])
def test_the_socket_of_a_killed_process_is_cleared_away(
    sqlite_taker: Start, tmp_path: Path, sender_comes_first: bool
) -> None:
    victim = sqlite_taker("hangs")
    until(lambda: any(name.endswith(".bell") for name in left_of(tmp_path, victim)), "it listens")
    victim.kill()
    before = len(left_of(tmp_path, victim))
    if sender_comes_first:
        wake.ring({QUEUE: 1})
    else:
        with Bell(["x"]) as bell:
            bell.clear()
    assert (before, left_of(tmp_path, victim)) == (2, [])


def left_of(folder: Path, taker: Taker) -> list[str]:
    return [path.name for path in (folder / "run").glob(f"{taker.pid}-*")]


@pytest.fixture
def mortal_url(postgresql_server: PostgresqlServer) -> Iterator[str]:
    name = f"test_{os.urandom(4).hex()}"
    postgresql_server.add_database(name)
    database.open(postgresql_server.url(name))
    migrate.up()
    yield postgresql_server.url(name)
    database.close()


@pytest.mark.postgresql
def test_after_an_outage_of_the_server_messages_are_taken_again(
    mortal_url: str,
    postgresql_server: PostgresqlServer,
    workers: list[Worker],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(DatabaseIntake, "longest_back_off", 0.2)
    seen: list[int] = []
    broker = DatabaseBroker()
    actor(broker, lambda n: seen.append(n))
    workers.append(Worker(broker, queues=[QUEUE], worker_timeout=50))
    workers[-1].start()
    broker.enqueue(plain_message(1))
    until(lambda: seen == [1], "the first ran")
    postgresql_server.kill()
    until(lambda: "the broker is lost" in caplog.text, "the intake noticed")
    away = broker.reachable()
    postgresql_server.start()
    until(broker.reachable, "the server is back")
    broker.enqueue(plain_message(2))
    until(lambda: seen == [1, 2], "the second ran")
    assert (away, caplog.text.count("the broker is lost")) == (False, 1)
