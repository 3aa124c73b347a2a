"""What every broker promises: the same suite on each."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest
from dramatiq import Message

from broker.errors import NotNow
from broker.queues import REJECTED, REQUESTS
from tests.conformance.brokers import Bench
from tests.support.until import until

RUNS = "tickworks.run.master"
OTHER = "tickworks.node.n1"


def message(queue: str = RUNS, actor: str = "cache", **kwargs: Any) -> Message[Any]:
    return Message(queue_name=queue, actor_name=actor, args=(), kwargs=kwargs, options={})


def claim_all(messages: list[Message[Any]]) -> Mapping[str, object]:
    return {one.message_id: ("claimed", one.kwargs["run"]) for one in messages}


def test_a_message_runs_its_actor(bench: Bench) -> None:
    seen: list[str] = []
    broker = bench.broker(cache=lambda word: seen.append(word))
    bench.worker(broker, RUNS)
    broker.enqueue(message(word="hello"))
    until(lambda: seen, "the actor ran")
    assert seen == ["hello"]


def test_a_message_published_before_any_worker_is_not_lost(bench: Bench) -> None:
    seen: list[int] = []
    broker = bench.broker(cache=lambda n: seen.append(n))
    broker.enqueue_many([message(n=n) for n in range(5)])
    bench.worker(broker, RUNS, threads=1)
    until(lambda: len(seen) == 5, "all five ran")
    assert seen == [0, 1, 2, 3, 4]


def test_blocking_messages_of_one_queue_run_at_once_on_all_threads(bench: Bench) -> None:
    together = threading.Barrier(8)
    passed: list[int] = []

    def meet(n: int) -> None:
        together.wait(20)
        passed.append(n)

    broker = bench.broker(cache=meet)
    bench.worker(broker, RUNS, threads=8)
    broker.enqueue_many([message(n=n) for n in range(8)])
    until(lambda: len(passed) == 8, "eight messages met on eight threads")


@pytest.mark.parametrize("queue", [RUNS, OTHER])
def test_what_waits_behind_a_busy_process_reaches_an_idle_one(bench: Bench, queue: str) -> None:
    gate = threading.Event()
    ran_on_a: list[int] = []
    ran_on_b: list[int] = []

    def block(n: int) -> None:
        ran_on_a.append(n)
        gate.wait(20)

    a = bench.broker(cache=block)
    busy = bench.worker(a, RUNS, OTHER)
    a.enqueue_many([message(n=n) for n in (1, 2)])
    until(lambda: len(ran_on_a) == 2, "both threads of the first process are busy")
    a.enqueue_many([message(queue, n=n) for n in (3, 4)])
    b = bench.broker(cache=lambda n: ran_on_b.append(n))
    bench.worker(b, RUNS, OTHER)
    try:
        until(lambda: len(ran_on_b) == 2, "the second process got both")
        assert (sorted(ran_on_b), busy.intake and busy.intake.free) == ([3, 4], 0)
    finally:
        gate.set()


def test_a_process_that_was_full_takes_again(bench: Bench) -> None:
    turns: list[int] = []
    gates = [threading.Event() for _ in range(3)]

    def block(n: int) -> None:
        turns.append(n)
        gates[n].wait(20)

    broker = bench.broker(cache=block)
    worker = bench.worker(broker, RUNS, threads=1)
    broker.enqueue_many([message(n=n) for n in range(3)])
    for n in range(3):
        until(lambda n=n: len(turns) == n + 1, f"message {n} began")  # type: ignore[misc]
        until(lambda n=n: broker.depths()[RUNS] == 2 - n, "the rest waits in the queue, not here")  # type: ignore[misc]
        gates[n].set()
    assert worker.intake is not None
    assert worker.intake.wait_idle(20)


def test_a_claimed_run_gets_what_was_claimed(bench: Bench) -> None:
    seen: list[Any] = []
    broker = bench.broker(cache=lambda **kwargs: seen.append(kwargs))
    bench.worker(broker, RUNS, claim=claim_all)
    broker.enqueue(message(run=12, fence=34))
    until(lambda: seen, "the run started")
    assert seen == [{"claimed": ("claimed", 12)}]


def test_a_stale_run_is_dropped_for_good(bench: Bench) -> None:
    seen: list[Any] = []

    def only_even(messages: list[Message[Any]]) -> Mapping[str, object]:
        return {one.message_id: one.kwargs["run"] for one in messages if one.kwargs["run"] % 2 == 0}

    broker = bench.broker(cache=lambda claimed: seen.append(claimed))
    worker = bench.worker(broker, RUNS, threads=4, claim=only_even)
    broker.enqueue_many([message(run=n, fence=1) for n in range(10)])
    until(lambda: len(seen) == 5, "the five live runs started")
    until(lambda: broker.depths()[RUNS] == 0, "the queue is empty")
    worker.stop(5_000)
    assert (sorted(seen), broker.depths()[RUNS], bench.rejected()) == ([0, 2, 4, 6, 8], 0, [])


def test_two_runs_with_one_message_id_are_both_started(bench: Bench) -> None:
    seen: list[Any] = []
    twins = [
        Message(
            queue_name=RUNS,
            actor_name="cache",
            args=(),
            kwargs={"run": n, "fence": 1},
            options={},
            message_id="same",
        )
        for n in (1, 2)
    ]
    broker = bench.broker(cache=lambda claimed: seen.append(claimed[1]))
    broker.enqueue_many(twins)
    bench.worker(broker, RUNS, claim=claim_all)
    until(lambda: len(seen) == 2, "both started")
    assert sorted(seen) == [1, 2]


def test_a_failing_claim_loses_nothing(bench: Bench) -> None:
    seen: list[int] = []
    calls: list[int] = []

    def away_at_first(messages: list[Message[Any]]) -> Mapping[str, object]:
        calls.append(len(messages))
        if len(calls) <= 2:
            raise ConnectionError("the database is away")
        return claim_all(messages)

    broker = bench.broker(cache=lambda claimed: seen.append(claimed[1]))
    broker.enqueue_many([message(run=n, fence=1) for n in range(6)])
    bench.worker(broker, RUNS, claim=away_at_first)
    until(lambda: len(seen) == 6, "all six ran once the database was back")
    assert (sorted(seen), bench.rejected()) == ([0, 1, 2, 3, 4, 5], [])


@pytest.mark.parametrize(("kwargs", "left"), [({"run": 1, "fence": 1}, 0), ({"n": 1}, 1)])
def test_only_a_claimed_message_is_settled_before_its_code_returns(
    bench: Bench, kwargs: dict[str, int], left: int
) -> None:
    gate, began = threading.Event(), threading.Event()

    def block(**_: Any) -> None:
        began.set()
        gate.wait(20)

    broker = bench.broker(cache=block)
    worker = bench.worker(broker, RUNS, claim=claim_all)
    broker.enqueue(message(**kwargs))
    assert began.wait(20)
    worker.stop(0)
    try:
        until(lambda: broker.depths()[RUNS] == left, f"{left} messages are delivered again")
    finally:
        gate.set()


def test_an_actor_that_fails_is_tried_once_more_then_rejected(bench: Bench) -> None:
    calls: list[int] = []

    def fail(n: int) -> None:
        calls.append(n)
        raise ValueError("colour\0\ud800")

    broker = bench.broker(cache=fail)
    bench.worker(broker, RUNS)
    broker.enqueue(message(n=1))
    until(lambda: broker.depths()[REJECTED] == 1, "it was rejected")
    assert (calls, bench.rejected()[0].reason) == ([1, 1], "ValueError: colour??")


def test_an_actor_that_says_not_now_is_tried_until_it_can(bench: Bench) -> None:
    calls: list[int] = []

    def away(n: int) -> None:
        calls.append(n)
        if len(calls) < 4:
            raise NotNow("the database is away")

    broker = bench.broker(cache=away)
    worker = bench.worker(broker, RUNS)
    broker.enqueue(message(n=1))
    until(lambda: len(calls) == 4, "it was tried four times")
    worker.stop(5_000)
    assert (broker.depths()[RUNS], bench.rejected()) == (0, [])


def test_a_draining_worker_takes_nothing_and_finishes_what_it_has(bench: Bench) -> None:
    gate, ended = threading.Event(), []

    def block(n: int) -> None:
        gate.wait(20)
        ended.append(n)

    broker = bench.broker(cache=block)
    worker = bench.worker(broker, RUNS)
    assert worker.intake is not None
    broker.enqueue(message(n=1))
    until(lambda: worker.intake and worker.intake.in_work == 1, "the first is in work")
    worker.pause()
    broker.enqueue(message(n=2))
    until(lambda: broker.depths()[RUNS] == 1, "the second waits in the queue")
    gate.set()
    worker.stop(20_000)
    assert (ended, broker.depths()[RUNS]) == ([1], 1)


def test_a_paused_worker_takes_again_when_resumed(bench: Bench) -> None:
    seen: list[int] = []
    broker = bench.broker(cache=lambda n: seen.append(n))
    worker = bench.worker(broker, RUNS)
    worker.pause()
    broker.enqueue(message(n=1))
    until(lambda: broker.depths()[RUNS] == 1, "the message waits")
    worker.resume()
    until(lambda: seen == [1], "it ran")


def test_a_delayed_message_is_refused(bench: Bench) -> None:
    broker = bench.broker(cache=lambda: None)
    with pytest.raises(ValueError, match="cache: a message cannot be delayed"):
        broker.enqueue(message(), delay=1000)


def test_requests_without_their_actor_are_not_consumed(bench: Bench) -> None:
    with pytest.raises(ValueError, match=r"no actor tickworks\.request is declared"):
        bench.worker(bench.broker(), REQUESTS)


def test_a_stream_of_short_runs_is_claimed_once_each(bench: Bench) -> None:
    claimed: list[int] = []
    broker = bench.broker(cache=lambda claimed: None)

    def claim(messages: list[Message[Any]]) -> Mapping[str, object]:
        claimed.extend(one.kwargs["run"] for one in messages)
        return claim_all(messages)

    worker = bench.worker(broker, RUNS, threads=4, claim=claim)
    broker.enqueue_many([message(run=n, fence=1) for n in range(500)])
    until(lambda: len(claimed) == 500, "all were claimed")
    worker.stop(20_000)
    assert (sorted(claimed), broker.depths()[RUNS]) == (list(range(500)), 0)
