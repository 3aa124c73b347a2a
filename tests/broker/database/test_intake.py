"""What does one process do with the messages in the table?"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from dramatiq import Message

from broker.database import DatabaseBroker, wake
from broker.database.intake import DatabaseIntake
from broker.decode import LARGEST_BODY
from broker.errors import BrokerUnreachable
from broker.feed import Claim
from broker.queues import REJECTED
from broker.worker import Worker
from store import busy, database, message, migrate
from store.message import Sent
from store.tx import Tx
from tests.broker.database.taker import QUEUE, Claims, actor, claimed_runs, plain_message, run_message
from tests.support.until import until

Workers = list[Worker]


@pytest.fixture
def no_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a ring helps; the poll would hide a lost one."""
    monkeypatch.setattr(DatabaseIntake, "longest_wait", 600.0)


def start(
    workers: Workers, work: Any, *, claim: Claim | None = None, threads: int = 2, lease: float = 3600.0
) -> DatabaseBroker:
    broker = DatabaseBroker(lease=lease)
    actor(broker, work)
    workers.append(Worker(broker, queues=[QUEUE], worker_threads=threads, claim=claim, worker_timeout=50))
    workers[-1].start()
    return broker


def waiting() -> int:
    return message.counts(database.read()).get(QUEUE, 0)


def test_a_run_message_is_gone_before_its_code_begins(url: str, workers: Workers) -> None:
    seen: list[int] = []
    gate = threading.Event()

    def block(claimed: int) -> None:
        seen.append(claimed)
        gate.wait(20)

    broker = start(workers, block, claim=Claims())
    broker.enqueue(run_message(7))
    until(lambda: seen, "the run started")
    found = (seen, claimed_runs(), waiting(), message.held(database.read()))
    gate.set()
    assert found == ([7], [7], 0, [])


def test_a_claim_that_fails_leaves_neither_claim_nor_loss(url: str, workers: Workers) -> None:
    class FailsFirst(Claims):
        calls = 0

        def claim_in(self, tx: Tx, messages: list[Message[Any]]) -> Mapping[str, object]:
            claimed = super().claim_in(tx, messages)
            self.calls += 1
            if self.calls == 1:
                raise ValueError("no")
            return claimed

    seen: list[int] = []
    broker = start(workers, lambda claimed: seen.append(claimed), claim=FailsFirst())
    broker.enqueue_many([run_message(1), run_message(2)])
    until(lambda: len(seen) == 2, "both ran")
    assert (sorted(seen), claimed_runs()) == ([1, 2], [1, 2])


def test_a_claim_that_cannot_join_is_made_after_the_fetch(url: str, workers: Workers) -> None:
    seen: list[int] = []

    def claim(messages: list[Message[Any]]) -> Mapping[str, object]:
        return Claims()(messages)

    broker = start(workers, lambda claimed: seen.append(claimed), claim=claim)
    broker.enqueue_many([run_message(n) for n in range(5)])
    until(lambda: len(seen) == 5 and not message.held(database.read()), "all ran and are gone")
    assert (sorted(seen), claimed_runs(), waiting()) == ([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], 0)


def test_a_message_joins_the_callers_transaction(url: str, workers: Workers, no_poll: None) -> None:
    seen: list[int] = []
    broker = start(workers, lambda claimed: seen.append(claimed), claim=Claims())

    def fails(tx: Tx) -> None:
        broker.enqueue_in(tx, [run_message(1)])
        raise KeyError

    with pytest.raises(KeyError):
        database.write(fails)
    database.write(lambda tx: broker.enqueue_in(tx, [run_message(2)]))
    until(lambda: seen, "the run of the commit started")
    assert (seen, waiting()) == ([2], 0)


def test_a_ring_that_reaches_a_full_process_is_passed_on(
    opened_sqlite: str, workers: Workers, no_poll: None
) -> None:
    together = threading.Barrier(2)
    met: list[int] = []

    def meet(claimed: int) -> None:
        together.wait(20)
        met.append(claimed)

    for _ in range(2):
        start(workers, meet, claim=Claims(), threads=1)
    plates = [worker.intake.bell for worker in workers if isinstance(worker.intake, DatabaseIntake)]
    until(lambda: all(bell._ears and bell._ears.fileno() for bell in plates), "both listen")

    def put(tx: Tx) -> None:
        message.put(tx, [Sent(QUEUE, run_message(n).encode()) for n in (1, 2)], 0.0)

    database.write(put)
    wake.ring({QUEUE: 1})
    until(lambda: len(met) == 2, "both processes got one each")


def test_a_thread_that_ends_takes_the_next_message_without_a_poll(
    url: str, workers: Workers, no_poll: None
) -> None:
    seen: list[int] = []
    broker = start(workers, lambda claimed: seen.append(claimed), claim=Claims(), threads=2)
    broker.enqueue_many([run_message(n) for n in range(200)])
    until(lambda: len(seen) == 200, "all ran")
    assert sorted(seen) == list(range(200))


def test_an_answer_is_given_without_a_poll(url: str, workers: Workers, no_poll: None) -> None:
    broker = start(workers, lambda n: None, threads=4)
    for n in range(50):
        broker.enqueue(plain_message(n))
    until(lambda: not waiting() and not message.held(database.read()), "all were settled")


def test_a_stop_gives_back_what_its_threads_still_have(url: str, workers: Workers) -> None:
    gate, began = threading.Event(), threading.Event()

    def block(n: int) -> None:
        began.set()
        gate.wait(20)

    broker = start(workers, block)
    broker.enqueue(plain_message(1))
    assert began.wait(20)
    workers[0].stop(0)
    gate.set()
    (left,) = database.write(lambda tx: message.fetch(tx, [QUEUE], 9))
    assert (left.deliveries, message.held(database.read())) == (0, [])


def test_a_message_no_process_survives_is_rejected(url: str, workers: Workers) -> None:
    counted: list[str] = []
    database.write(lambda tx: message.put(tx, [Sent(QUEUE, plain_message(1).encode())], 0.0))
    for _ in range(3):
        database.write(lambda tx: message.take(tx, [message.fetch(tx, [QUEUE], 1)[0].id], "dead"))
        database.write(lambda tx: message.take_back(tx, message.held(tx)))
    broker = DatabaseBroker()
    broker.on_rejected = lambda queue, body, reason: counted.append(reason)
    actor(broker, lambda n: None)
    workers.append(Worker(broker, queues=[QUEUE], worker_timeout=50))
    workers[-1].start()
    until(lambda: counted, "it was rejected")
    assert counted == ["it was delivered 3 times and no process survived it"]
    assert [one[0] for one in message.rejected(database.read(), REJECTED)] == [QUEUE]


def test_an_oversized_message_is_refused_and_its_neighbours_too(url: str) -> None:
    broker = DatabaseBroker()
    huge = Message(queue_name=QUEUE, actor_name="job", args=("x" * LARGEST_BODY,), kwargs={}, options={})
    with pytest.raises(ValueError, match=r"^job: the message has 10\d+ bytes, more than 1048576; "):
        broker.enqueue_many([plain_message(1), huge])
    assert waiting() == 0


def test_depths_name_used_queues_and_leave_out_what_is_in_work(url: str, workers: Workers) -> None:
    gate = threading.Event()
    broker = start(workers, lambda n: gate.wait(20), threads=1)
    broker.enqueue_many([plain_message(n) for n in range(3)])
    until(lambda: message.held(database.read()), "one is in work")
    depths = broker.depths()
    gate.set()
    assert depths == {QUEUE: 2, "tickworks.requests": 0, REJECTED: 0}


def test_another_programs_lock_delays_and_loses_nothing(
    sqlite_url: str, workers: Workers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(busy, "BUSY_TIMEOUT", 20)
    monkeypatch.setattr(DatabaseIntake, "longest_back_off", 0.2)
    caplog.set_level(logging.INFO, logger="broker")
    database.open(sqlite_url)
    migrate.up()
    seen: list[int] = []
    broker = DatabaseBroker()
    broker.enqueue_many([plain_message(1), plain_message(2)])
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BrokerUnreachable, match="database is locked"):
        broker.enqueue(plain_message(3))
    start(workers, lambda n: seen.append(n))
    until(lambda: "the broker is lost" in caplog.text, "the intake noticed")
    during = list(seen)
    other.execute("ROLLBACK")
    other.close()
    until(lambda: len(seen) == 2 and "is back" in caplog.text, "both ran")
    workers[0].stop(5_000)
    database.close()
    wake.hush()
    lines = [one.getMessage().split(":")[0] for one in caplog.records]
    assert (during, sorted(seen)) == ([], [1, 2])
    assert lines == [
        "the broker is lost, trying again until it is back",
        "the broker is back; messages are taken again",
    ]
