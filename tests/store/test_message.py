"""What happens to a message row?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from store import database, message
from store.message import Fetched, Held, Sent
from store.tx import Tx
from tests.support.opened import DATABASES, opened_database

T = TypeVar("T")


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def write(work: Callable[[Tx], T]) -> T:
    return database.write(work)


def put(*queues: str) -> None:
    write(lambda tx: message.put(tx, [Sent(queue, f"{n}".encode()) for n, queue in enumerate(queues)], 1.0))


def bodies(fetched: Sequence[Fetched]) -> list[bytes]:
    return [one.body for one in fetched]


def taken_by(owner: str) -> list[int]:
    def work(tx: Tx) -> list[int]:
        ids = [one.id for one in message.fetch(tx, ["a", "b"], 9)]
        message.take(tx, ids, owner)
        return ids

    return write(work)


def waiting() -> list[Fetched]:
    return write(lambda tx: message.fetch(tx, ["a", "b"], 9))


def test_queues_are_fetched_in_the_given_order_and_each_oldest_first() -> None:
    put("a", "b", "a", "b")
    found = write(lambda tx: [bodies(message.fetch(tx, ["b", "a"], limit)) for limit in (1, 3, 9)])
    assert found == [[b"1"], [b"1", b"3", b"0"], [b"1", b"3", b"0", b"2"]]


def test_only_queues_with_waiting_messages_are_named_in_the_given_order() -> None:
    put("a", "c")
    taken_by("me")
    put("b", "a")
    assert message.waiting_in(database.read(), ["d", "c", "b", "a"]) == ["c", "b", "a"]


def test_looking_at_no_queue_finds_none() -> None:
    assert message.waiting_in(database.read(), []) == []


@pytest.mark.parametrize("body", [b"\xff\x00\xfe", b"", "größer".encode()])
def test_a_body_comes_back_byte_by_byte(body: bytes) -> None:
    write(lambda tx: message.put(tx, [Sent("a", body, "run.x", "mine")], 1.0))
    (found,) = waiting()
    assert (found.body, found.origin, found.name) == (body, "run.x", "mine")


def test_what_one_transaction_fetched_is_passed_over_by_another(request: pytest.FixtureRequest) -> None:
    if database.dialect() == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    put("a", "a", "a")

    def work(tx: Tx) -> tuple[list[bytes], list[bytes]]:
        mine = bodies(message.fetch(tx, ["a"], 2))
        with psycopg.connect(database.url()) as other:
            return mine, bodies(message.fetch(Tx(other, "postgresql"), ["a"], 9))

    assert write(work) == ([b"0", b"1"], [b"2"])


def test_a_taken_message_is_no_longer_waiting() -> None:
    put("a")
    ids = taken_by("me")
    assert (waiting(), message.held(database.read())) == ([], [Held(ids[0], "me", 1, 0)])


def test_settling_leaves_alone_what_another_owner_holds() -> None:
    put("a")
    ids = taken_by("me")
    write(lambda tx: message.settle(tx, ids, "you"))
    left = len(message.held(database.read()))
    write(lambda tx: message.settle(tx, ids, "me"))
    assert (left, message.held(database.read())) == (1, [])


@pytest.mark.parametrize(("counted", "deliveries"), [(True, 1), (False, 0)])
def test_a_delivery_counts_only_if_something_was_wrong(counted: bool, deliveries: int) -> None:
    put("a")
    ids = taken_by("me")
    queues = write(lambda tx: message.give_back(tx, ids, "me", counted=counted))
    assert (queues, [one.deliveries for one in waiting()]) == (["a"], [deliveries])


def test_nobody_gives_back_what_another_holds() -> None:
    put("a")
    ids = taken_by("me")
    assert write(lambda tx: message.give_back(tx, ids, "you", counted=True)) == []


def test_one_who_stops_gives_back_all_it_holds_and_nothing_else() -> None:
    put("a")
    taken_by("you")
    put("a", "b")
    taken_by("me")
    queues = write(lambda tx: message.give_back_all(tx, "me"))
    assert (sorted(queues), [one.owner for one in message.held(database.read())]) == (["a", "b"], ["you"])


def test_a_renewal_moves_the_counters_of_its_owner_only() -> None:
    put("a")
    taken_by("me")
    put("b")
    taken_by("you")
    write(lambda tx: message.renew(tx, "me"))
    assert [(one.owner, one.renewal) for one in message.held(database.read())] == [("me", 1), ("you", 0)]


def test_a_lapsed_message_waits_again_and_its_delivery_counts() -> None:
    put("a")
    taken_by("dead")
    queues = write(lambda tx: message.take_back(tx, message.held(tx)))
    assert (queues, [one.deliveries for one in waiting()]) == (["a"], [1])


def test_what_was_renewed_since_the_look_is_not_taken_back() -> None:
    put("a")
    taken_by("slow")
    seen = message.held(database.read())
    write(lambda tx: message.renew(tx, "slow"))
    assert (write(lambda tx: message.take_back(tx, seen)), len(message.held(database.read()))) == ([], 1)


def test_a_rejected_message_keeps_its_origin_reason_and_as_much_body_as_fits() -> None:
    write(lambda tx: message.put(tx, [Sent("a", b"\xff123456789")], 1.0))
    (one,) = taken_by("me")
    done = write(lambda tx: message.reject(tx, one, "me", queue="bad", reason="because", now=5.0, longest=4))
    assert (done, message.rejected(database.read(), "bad")) == (True, [("a", b"\xff123", "because", 5.0)])
    assert message.held(database.read()) == []


def test_what_another_holds_cannot_be_rejected() -> None:
    put("a")
    (one,) = taken_by("you")
    done = write(lambda tx: message.reject(tx, one, "me", queue="bad", reason="", now=5.0, longest=4))
    assert (done, message.rejected(database.read(), "bad")) == (False, [])


def test_counts_are_of_waiting_messages() -> None:
    put("a", "b")
    taken_by("me")
    put("b", "b", "c")
    assert message.counts(database.read()) == {"b": 2, "c": 1}
