"""Where do run messages go, and what is said while the broker is away?"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from dramatiq import Message

from broker.connect import connect
from broker.database.broker import DatabaseBroker
from broker.database.wake import hush
from broker.errors import BrokerUnreachable
from broker.publish import LOOK_AGAIN_ACTOR, Publisher
from broker.queues import COORDINATOR
from broker.rabbitmq.broker import RabbitmqBroker
from broker.stub import StubBroker
from coordinator.grants import RunMessage
from store import database
from store.errors import DatabaseAway
from store.tx import Tx
from tests.support.process import free_port


class Flaky(StubBroker):
    """Away while `error` is set."""

    error: Exception | None = None

    def enqueue_many(self, messages: Sequence[Message[Any]]) -> None:
        if self.error is not None:
            raise self.error
        super().enqueue_many(messages)

    def sent(self) -> list[tuple[str, str, Any]]:
        """(queue, actor, kwargs) of what lies in the queues."""
        bodies = [(queue, json.loads(raw.body)) for queue, raws in self.queues.items() for raw in raws]
        return [(queue, body["actor_name"], body["kwargs"]) for queue, body in bodies]


def test_a_run_is_told_to_the_queue_of_its_roles_or_of_its_node() -> None:
    broker = Flaky()
    any_node = RunMessage(7, 70, "mail", for_node="", roles="processing master")
    one_node = RunMessage(8, 80, "cleaner", for_node="n2", roles="master")
    assert Publisher(broker).runs([any_node, one_node])
    assert broker.sent() == [
        ("tickworks.run.master+processing", "mail", {"run": 7, "fence": 70}),
        ("tickworks.node.n2", "cleaner", {"run": 8, "fence": 80}),
    ]


def test_the_coordinator_is_asked_to_look_again() -> None:
    broker = Flaky()
    assert Publisher(broker).look_again()
    assert broker.sent() == [(COORDINATOR, LOOK_AGAIN_ACTOR, {})]


def test_nothing_to_tell_needs_no_broker() -> None:
    broker = Flaky()
    broker.error = BrokerUnreachable("gone")
    assert Publisher(broker).runs([])


@pytest.mark.parametrize("error", [BrokerUnreachable("gone"), DatabaseAway("gone")])
def test_a_broker_that_is_away_is_told_once_and_once_that_it_is_back(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    broker = Flaky()
    publisher = Publisher(broker)
    run = RunMessage(7, 70, "mail", "", "master")
    answers = []
    for broker.error in (error, error, None, None, error):
        answers.append(publisher.runs([run]))
    assert answers == [False, False, True, True, False]
    away, back = "messages wait for the broker: gone", "the broker is back: messages are sent again"
    assert caplog.messages == [away, back, away]


def test_the_address_says_which_broker_it_is_and_nothing_is_contacted() -> None:
    assert isinstance(connect("database"), DatabaseBroker)
    away = connect(f"amqp://127.0.0.1:{free_port()}/")
    assert isinstance(away, RabbitmqBroker)
    away.close()


def test_a_server_that_is_not_there_costs_a_publisher_nothing_but_the_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = connect(f"amqp://user:word@127.0.0.1:{free_port()}/")
    assert not Publisher(broker).look_again()
    broker.close()
    assert "word" not in caplog.text
    assert [record.levelname for record in caplog.records if record.name == "broker.publish"] == ["WARNING"]


@dataclass
class Granted:
    messages: list[RunMessage] = field(default_factory=lambda: [RunMessage(7, 70, "mail", "", "master")])


def kept() -> list[str]:
    return [row[0] for row in database.read().all("SELECT text FROM kept")]


@pytest.fixture
def table(engine_database: str) -> Iterator[None]:
    database.write(lambda tx: tx.run("CREATE TABLE kept (text TEXT)"))
    yield
    hush()
    database.write(lambda tx: tx.run("DROP TABLE kept"))


def grant(tx: Tx) -> Granted:
    tx.run("INSERT INTO kept (text) VALUES ('granted')")
    return Granted()


def test_a_grant_and_its_message_are_one_transaction_where_the_broker_lies_in_the_database(
    table: None,
) -> None:
    broker = DatabaseBroker()
    seen: list[tuple[int, int]] = []

    def work(tx: Tx) -> Granted:
        tx.after_commit(lambda: seen.append((len(kept()), broker.depths()["tickworks.run.master"])))
        return grant(tx)

    Publisher(broker).write(work)
    assert seen == [(1, 1)]


def test_elsewhere_the_message_is_sent_once_the_grant_is_seen(table: None) -> None:
    class Watched(Flaky):
        def enqueue_many(self, messages: Sequence[Message[Any]]) -> None:
            seen.extend(kept())
            super().enqueue_many(messages)

    seen: list[str] = []
    broker = Watched()
    Publisher(broker).write(grant)
    assert (seen, len(broker.sent())) == (["granted"], 1)


@pytest.mark.parametrize("broker", [DatabaseBroker, Flaky])
def test_of_a_grant_that_is_undone_nobody_hears(table: None, broker: type[DatabaseBroker | Flaky]) -> None:
    def fails(tx: Tx) -> Granted:
        grant(tx)
        raise KeyError

    made = broker()
    with pytest.raises(KeyError):
        Publisher(made).write(fails)
    assert (kept(), sum(made.depths().values())) == ([], 0)


def test_a_broker_that_is_away_undoes_no_grant(table: None) -> None:
    broker = Flaky()
    broker.error = BrokerUnreachable("gone")
    assert Publisher(broker).write(grant).messages
    assert kept() == ["granted"]
