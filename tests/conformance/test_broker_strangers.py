"""What strangers may lay into the queues, and what becomes of it: the same on each broker."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broker.decode import LARGEST_BODY
from broker.errors import Rejected
from broker.queues import REJECTED, REQUESTS
from tests.conformance.brokers import Bench
from tests.conformance.test_broker import RUNS, claim_all, message
from tests.support.until import until

GOOD = json.loads(message().encode())
POISON = {
    "not UTF-8": (b"\xff\xfe", "not UTF-8"),
    "not JSON": (b"run it please", "not JSON"),
    "too deep": (b"[" * 100_000, "not JSON"),
    "no object": (b"[1]", "expected a JSON object"),
    "extra field": (json.dumps({**GOOD, "colour": "red"}).encode(), "unknown field 'colour'"),
    "missing field": (json.dumps({"queue_name": RUNS}).encode(), "actor_name must be of type str"),
    "kwargs a list": (json.dumps({**GOOD, "kwargs": []}).encode(), "kwargs must be of type dict"),
    "time a text": (json.dumps({**GOOD, "message_timestamp": "x"}).encode(), "message_timestamp must be"),
    "foreign queue": (json.dumps({**GOOD, "queue_name": "elsewhere"}).encode(), "queue_name is 'elsewhere'"),
    "unknown actor": (json.dumps({**GOOD, "actor_name": "no\ud800\0pe"}).encode(), "no actor named"),
}


@pytest.mark.parametrize(("body", "reason"), POISON.values(), ids=POISON)
def test_a_poison_message_is_rejected_with_its_reason(bench: Bench, body: bytes, reason: str) -> None:
    seen: list[str] = []
    broker = bench.broker(cache=lambda word: seen.append(word))
    bench.worker(broker, RUNS, threads=1)
    broker.enqueue(message(word="before"))
    bench.put(RUNS, body)
    broker.enqueue(message(word="after"))
    until(lambda: seen == ["before", "after"], "the good messages ran")
    until(lambda: broker.depths()[REJECTED] == 1, "the bad one was rejected")
    found = bench.rejected()
    assert [(one.queue, one.body) for one in found] == [(RUNS, body)]
    assert reason in found[0].reason


def test_an_oversized_message_is_rejected_and_cut(bench: Bench) -> None:
    broker = bench.broker(cache=lambda: None)
    bench.worker(broker, RUNS)
    broker.enqueue(message())
    bench.put(RUNS, b"x" * (LARGEST_BODY + 5))
    until(lambda: broker.depths()[REJECTED] == 1, "it was rejected")
    (found,) = bench.rejected()
    assert (found.body[:LARGEST_BODY], "1048581 bytes" in found.reason) == (b"x" * LARGEST_BODY, True)


def test_a_message_whose_options_would_kill_dramatiqs_thread_runs(bench: Bench) -> None:
    ran: list[str] = []

    def fail(word: str) -> None:
        ran.append(word)
        if word == "bad":
            raise ValueError("no")

    broker = bench.broker(cache=fail)
    bench.worker(broker, RUNS, threads=1)
    broker.enqueue(message(word="first"))
    bench.put(RUNS, json.dumps({**GOOD, "kwargs": {"word": "bad"}, "options": {"throws": "x"}}).encode())
    until(lambda: "bad" in ran, "the bad one ran")
    broker.enqueue(message(word="last"))
    until(lambda: "last" in ran, "the only thread still lives")


NATIVE = json.dumps({**GOOD, "kwargs": {"a": 1}}).encode()
REQUEST_BODIES = {
    "JSON": b'{"service": "cache", "args": {}}',
    "empty": b"",
    "native": NATIVE,
    "not JSON": "größer".encode(),
}


@pytest.mark.parametrize("body", REQUEST_BODIES.values(), ids=REQUEST_BODIES)
def test_a_request_reaches_the_request_actor_as_it_was_sent(bench: Bench, body: bytes) -> None:
    seen: list[dict[str, Any]] = []
    broker = bench.broker(tickworks__request=lambda **kwargs: seen.append(kwargs))
    bench.worker(broker, REQUESTS)
    until(lambda: broker.reachable(), "the broker answers")
    until(lambda: REQUESTS in broker.depths(), "the request queue is there")
    bench.put(REQUESTS, body, message_id="mine")
    until(lambda: seen, "the request actor ran")
    assert seen == [{"routing_key": REQUESTS, "body": body.decode(), "message_id": "mine"}]


def test_a_request_by_routing_key_brings_the_key(bench: Bench) -> None:
    seen: list[dict[str, Any]] = []
    broker = bench.broker(tickworks__request=lambda **kwargs: seen.append(kwargs))
    bench.worker(broker, REQUESTS)
    until(lambda: broker.reachable(), "the broker answers")
    bench.put_by_key("run.cache", b"")
    until(lambda: seen, "the request actor ran")
    assert seen == [{"routing_key": "run.cache", "body": "", "message_id": None}]


def test_a_native_message_on_a_run_queue_is_no_run(bench: Bench) -> None:
    seen: list[dict[str, Any]] = []
    broker = bench.broker(cache=lambda **kwargs: seen.append(kwargs))
    bench.worker(broker, RUNS, claim=claim_all)
    for almost in ({"a": 1}, {"run": 1}, {"run": True, "fence": 2}, {"run": "1", "fence": 2}):
        broker.enqueue(message(**almost))
    until(lambda: len(seen) == 4, "all four reached the actor")
    assert all("claimed" not in kwargs for kwargs in seen)


def test_what_an_actor_rejects_is_not_tried_again(bench: Bench) -> None:
    calls: list[str] = []
    counted: list[tuple[str, bytes, str]] = []

    def refuse(body: str, **_: Any) -> None:
        calls.append(body)
        raise Rejected("no service named 'chache', did you mean 'cache'?")

    broker = bench.broker(tickworks__request=refuse)
    broker.on_rejected = lambda queue, body, reason: counted.append((queue, body, reason))
    bench.worker(broker, REQUESTS)
    until(lambda: broker.reachable(), "the broker answers")
    bench.put_by_key("run.chache", b"{}")
    until(lambda: counted, "the rejection was counted")
    expected = (REQUESTS, b"{}", "no service named 'chache', did you mean 'cache'?")
    assert (bench.rejected(), counted, calls) == ([expected], [expected], ["{}"])
