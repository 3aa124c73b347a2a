"""Which messages ask for a run, and what do the others learn?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from dramatiq import Message
from dramatiq.brokers.stub import StubBroker
from hypothesis import given, settings
from hypothesis import strategies as st

from actors import Service
from actors.catalogue import Catalogue
from broker import request_actor
from broker.errors import NotNow, Rejected
from broker.queues import REQUEST_ACTOR, REQUESTS
from broker.request_actor import NATIVE_KEYS, Requests, parse
from coordinator.ends import finish_singles
from coordinator.requested import Request
from coordinator.requests import request_all
from store import database
from store.errors import DatabaseAway
from store.run.ended import Ending
from store.tx import Tx
from tests.support.engine import Engine
from tests.support.told import Told

#: Of the one node.
SLOTS = 8


@dataclass(frozen=True)
class Sizes:
    """Arguments."""

    size: int = 1


def own(name: str, **header: Any) -> Service:
    return Service(name=name, title=name.title(), origin="own_services", work=lambda context: None, **header)


NATIVE = {
    "queue_name": "tickworks.requests",
    "actor_name": "mail",
    "args": [],
    "kwargs": {"size": 3},
    "options": {},
    "message_id": "1",
    "message_timestamp": 1,
}

READ: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "key alone": ("run.mail", "", ("mail", {}, None, None)),
    "key and blank body": ("run.mail", " \n", ("mail", {}, None, None)),
    "key and empty object": ("run.mail", "{}", ("mail", {}, None, None)),
    "body alone": (REQUESTS, '{"service": "mail"}', ("mail", {}, None, None)),
    "both": ("run.mail", '{"service": "mail"}', ("mail", {}, None, None)),
    "all of it": (
        "",
        '{"service": "mail", "args": {"a": [1, null]}, "reason": "late", "key": "k1"}',
        ("mail", {"a": [1, None]}, "late", "k1"),
    ),
    "nulls": ("run.mail", '{"reason": null, "key": null}', ("mail", {}, None, None)),
    "longest": ("run.mail", json.dumps({"key": "k" * 500}), ("mail", {}, None, "k" * 500)),
    "any letters": (
        "run.mail",
        '{"reason": "zu sp\\u00e4t \\ud83d\\ude42"}',
        ("mail", {}, "zu spät 🙂", None),
    ),
    "dramatiq's": (REQUESTS, json.dumps(NATIVE), ("mail", {"size": 3}, None, None)),
    "dramatiq's shortest": (REQUESTS, '{"actor_name": "mail"}', ("mail", {}, None, None)),
}

REFUSED: dict[str, tuple[str, str, str]] = {
    "nothing": ("", "", "name a service"),
    "no service in the key": ("run.", "", "name a service"),
    "not JSON": ("", "mail please", "the body is not JSON"),
    "cut": ("", '{"service": "mail"', "the body is not JSON"),
    "not an object": ("run.mail", "[]", "expected a JSON object, got list"),
    "null": ("run.mail", "null", "expected a JSON object"),
    "too deep": ("run.mail", "[" * 100_000, "the body is not JSON"),
    "not a number": ("run.mail", '{"args": {"a": NaN}}', "NaN is not a JSON value"),
    "no finite number": ("run.mail", '{"args": {"a": -Infinity}}', "-Infinity is not a JSON value"),
    "too large a number": ("run.mail", '{"args": {"a": 1e999}}', "1e999 is too large"),
    "too long a number": ("run.mail", '{"args": {"a": %s}}' % ("9" * 5000), "the body is not JSON"),
    "half a character": ("run.mail", '{"args": {"a": "\\ud800"}}', "half of a surrogate pair"),
    "half in a key": ("run.mail", '{"\\udfff": 1}', "half of a surrogate pair"),
    "unknown key": (
        "run.mail",
        '{"serivce": "mail"}',
        "unknown key 'serivce': a request has args, key, reason",
    ),
    "no service": ("", '{"args": {}}', 'expected {"service": "name", ...}'),
    "empty service": ("", '{"service": ""}', 'expected {"service": "name", ...}'),
    "service no text": ("", '{"service": 7}', 'expected {"service": "name", ...}'),
    "two services": ("run.mail", '{"service": "cleaner"}', "the routing key says 'mail', the body 'cleaner'"),
    "args a list": ("run.mail", '{"args": [1]}', "args: expected an object, got list"),
    "args null": ("run.mail", '{"args": null}', "args: expected an object"),
    "reason no text": ("run.mail", '{"reason": 7}', "reason: expected a text of at most 500"),
    "reason empty list": ("run.mail", '{"reason": []}', "reason: expected a text of at most 500"),
    "key zero": ("run.mail", '{"key": 0}', "key: expected a text of at most 500"),
    "key too long": ("run.mail", json.dumps({"key": "k" * 501}), "key: expected a text of at most 500"),
    "NUL in key": ("run.mail", '{"key": "a\\u0000b"}', "without NUL"),
    "native: unknown field": ("", '{"actor_name": "mail", "now": 1}', "unknown field 'now' in a dramatiq"),
    "native: actor no text": ("", '{"actor_name": 7}', "actor_name must be a text"),
    "native: kwargs a list": ("", '{"actor_name": "mail", "kwargs": []}', "kwargs an object"),
    "native: positions": ("", '{"actor_name": "mail", "args": [1]}', "args must be empty"),
}


@pytest.mark.parametrize("form", READ)
def test_every_form_of_a_request_is_understood(form: str) -> None:
    routing_key, body, expected = READ[form]
    assert parse(routing_key, body) == expected


@pytest.mark.parametrize("form", REFUSED)
def test_bad_input_is_refused_with_what_was_expected(form: str) -> None:
    routing_key, body, words = REFUSED[form]
    with pytest.raises(Rejected) as refused:
        parse(routing_key, body)
    text = str(refused.value)
    assert words in text
    assert "\n" not in text
    assert len(text) < 500


LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters())
FLAT = st.lists(LEAF, max_size=3) | st.dictionaries(st.text(max_size=5), LEAF, max_size=3)
JSON = LEAF | FLAT | st.lists(FLAT, max_size=3) | st.dictionaries(st.text(max_size=5), FLAT, max_size=3)
ALMOST = st.dictionaries(
    st.sampled_from(["service", "args", "reason", "key", *sorted(NATIVE_KEYS)]) | st.text(max_size=3), JSON
)


@settings(deadline=None, max_examples=300, print_blob=True)
@given(
    routing_key=st.sampled_from(["", "run.", "run.mail", REQUESTS]) | st.text(),
    body=st.text() | JSON.map(json.dumps) | ALMOST.map(json.dumps),
)
def test_whatever_comes_is_a_request_that_can_be_kept_or_is_rejected(routing_key: str, body: str) -> None:
    try:
        name, args, reason, key = parse(routing_key, body)
    except Rejected as error:
        str(error).encode()
        return
    assert name
    json.dumps(args, allow_nan=False, ensure_ascii=False).encode()
    for text in (reason, key):
        assert text is None or len(text.encode()) <= 4 * 500


class Asked:
    """A request actor on the engine's database, and what it published."""

    def __init__(self, engine: Engine) -> None:
        services = [
            own("mail", arguments=Sizes),
            own("planned", planned=True),
            own("old", legacy=True),
            own("off"),
            own("other"),
        ]
        engine.make_node()
        engine.make_service("mail", parallel=20)
        engine.make_service("other")
        engine.make_service("off", enabled=False)
        self.sent = Told()
        catalogue = Catalogue({service.name: service for service in services})
        self.requests = Requests(catalogue, engine.rules, engine.clock.now, self.sent)


@pytest.fixture
def asked(engine: Engine) -> Asked:
    return Asked(engine)


@pytest.fixture
def asked_sqlite(sqlite_engine: Engine) -> Asked:
    return Asked(sqlite_engine)


def test_a_message_becomes_a_run_that_is_told_to_the_workers(asked: Asked, engine: Engine) -> None:
    asked.requests.receive("run.mail", '{"args": {"size": "3"}, "reason": "late"}')
    (message,) = asked.sent
    run = engine.run(message.run_id)
    assert (run["trigger"], run["state"], run["request_reason"]) == ("message", "granted", "late")
    assert json.loads(run["args"]) == {"size": 3}


def test_the_same_key_twice_makes_one_run(asked: Asked, engine: Engine) -> None:
    for _ in range(2):
        asked.requests.receive("run.mail", '{"key": "k1"}')
    assert engine.value("SELECT COUNT(*) FROM run") == 1


def test_a_key_that_was_used_for_another_service_is_refused(asked: Asked) -> None:
    asked.requests.receive("run.mail", '{"key": "k1"}')
    with pytest.raises(Rejected, match="key 'k1' was used for service mail"):
        asked.requests.receive("run.other", '{"key": "k1"}')


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"service": "nobody"}', "nobody"),
        ('{"service": "planned"}', "Planned is planned: it cannot run"),
        ('{"service": "old"}', "Old is legacy: it cannot run"),
        ('{"service": "off"}', "Off is disabled"),
        ('{"service": "mail", "args": {"size": "many"}}', "mail: argument: size: "),
        ('{"service": "mail", "args": {"sise": 1}}', "did you mean size?"),
    ],
)
def test_what_cannot_run_is_refused_and_leaves_nothing(
    asked_sqlite: Asked, sqlite_engine: Engine, body: str, words: str
) -> None:
    with pytest.raises(Rejected) as refused:
        asked_sqlite.requests.receive("", body)
    assert words in str(refused.value)
    assert (sqlite_engine.value("SELECT COUNT(*) FROM run"), asked_sqlite.sent) == (0, [])


def test_while_the_database_is_away_a_message_is_to_come_again(
    asked_sqlite: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseAway("gone")

    monkeypatch.setattr(database, "write", away)
    with pytest.raises(NotNow, match="gone"):
        asked_sqlite.requests.receive("run.mail", "")


def test_the_actor_of_the_request_queue_is_the_one_that_receives(asked_sqlite: Asked) -> None:
    broker = StubBroker(middleware=[])
    asked_sqlite.requests.declare(broker)
    actor = broker.get_actor(REQUEST_ACTOR)
    actor(routing_key="run.mail", body="", message_id="m1")
    assert (actor.queue_name, len(asked_sqlite.sent)) == (REQUESTS, 1)


def message_of(body: str, routing_key: str = "") -> Message[Any]:
    return Message(
        queue_name=REQUESTS,
        actor_name=REQUEST_ACTOR,
        args=(),
        kwargs={"routing_key": routing_key, "body": body, "message_id": None},
        options={},
    )


def of_mail(size: int) -> Message[Any]:
    return message_of(f'{{"service": "mail", "args": {{"size": {size}}}}}')


def test_messages_that_come_together_are_answered_each_for_itself(asked: Asked, engine: Engine) -> None:
    bad = [message_of("no"), message_of('{"service": "nobody"}'), message_of("", "run.off")]
    told = asked.requests.take([of_mail(1), bad[0], of_mail(2), bad[1], bad[2], of_mail(1)])
    assert [type(each).__name__ for each in told] == [
        *("NoneType", "Rejected", "NoneType", "Rejected", "Rejected", "NoneType")
    ]
    assert engine.value("SELECT COUNT(*) FROM run") == len(asked.sent) == 2


def test_a_fault_with_one_message_is_not_that_of_its_neighbours(
    asked_sqlite: Asked, sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(tx: Tx, requests: Sequence[Request], *rest: Any, **more: Any) -> Any:
        if any(each.args["size"] == 2 for each in requests):
            raise ValueError("two is bad")
        return request_all(tx, requests, *rest, **more)

    monkeypatch.setattr(request_actor, "request_all", faulty)
    told = asked_sqlite.requests.take([of_mail(1), of_mail(2), of_mail(3)])
    assert [str(each) for each in told] == ["None", "two is bad", "None"]
    assert len(asked_sqlite.sent) == 2


def test_while_the_database_is_away_all_messages_are_to_come_again(
    asked_sqlite: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise DatabaseAway("gone")

    monkeypatch.setattr(database, "write", away)
    told = asked_sqlite.requests.take([of_mail(1), of_mail(2), message_of("no")])
    assert [type(each) for each in told] == [NotNow, NotNow, Rejected]


def test_who_comes_while_all_slots_are_taken_goes_behind_with_a_reason(asked: Asked, engine: Engine) -> None:
    asked.requests.take([of_mail(size) for size in range(10)])
    assert len(asked.sent) == SLOTS
    assert asked.requests.take([of_mail(20), of_mail(21), of_mail(20)]) == [None] * 3
    sql = "SELECT wait_code, wait_since, queued_at FROM run WHERE state = 'queued' ORDER BY id"
    waiting = engine.rows(sql)
    assert len(waiting) == 10 - SLOTS + 2
    assert all(code == "slots" and since == queued for code, since, queued in waiting[-2:])
    assert len(asked.sent) == SLOTS


def test_a_slot_that_got_free_meanwhile_goes_to_the_first_in_line(asked: Asked, engine: Engine) -> None:
    asked.requests.take([of_mail(size) for size in range(10)])
    run = engine.claim(asked.sent[0].run_id)
    assert run is not None
    ending = Ending(run.run_id, run.fence, run.attempt, "succeeded", engine.clock.now())
    engine.write(lambda tx: finish_singles(tx, [ending]))
    first = engine.value("SELECT MIN(id) FROM run WHERE state = 'queued'")
    asked.requests.take([of_mail(20)])
    assert asked.sent[-1].run_id == first
