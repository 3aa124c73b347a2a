"""Many questions over one event loop: some at once, each with its deadline, none can stop the others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

from backends.error import BackendError
from backends.probe import snmp_agent
from backends.probe.finding import Finding

Key = TypeVar("Key", bound=Hashable)
Answer = TypeVar("Answer")
Probe = Callable[[], Awaitable[Finding]]

#: Seconds after which a question is given up, whatever it waits for; each has shorter ones of its own.
DEADLINE = 60.0
#: Seconds between two looks whether to stop.
STEP = 0.2


def sweep(
    probes: Mapping[Key, Probe],
    *,
    at_once: int = 100,
    deadline: float = DEADLINE,
    stopping: Callable[[], bool] = lambda: False,
    found: Callable[[Key, Finding], None] = lambda key, finding: None,
) -> dict[Key, Finding]:
    """Run all probes, `at_once` at a time, and give what each found; `found` hears of each at once
    (on the thread of all probes: it must not wait for anything).

    A probe that cannot ask its server gives a finding that is not ok and names the kind of error.
    Once `stopping()`, those that have not ended are given up and missing in the answer.
    """
    findings: dict[Key, Finding] = {}

    def heard(key: Key, answer: Finding | BackendError) -> None:
        if isinstance(answer, Finding):
            findings[key] = answer
            found(key, answer)

    timed = {key: partial(judged, probe, deadline) for key, probe in probes.items()}
    gather(timed, at_once=at_once, deadline=2 * deadline, stopping=stopping, heard=heard)
    return findings


def ask(probe: Probe, *, deadline: float = DEADLINE) -> Finding:
    """Run one probe by itself: what *test connection* does."""
    return sweep({0: probe}, at_once=1, deadline=deadline)[0]


def gather(
    asks: Mapping[Key, Callable[[], Awaitable[Answer]]],
    *,
    at_once: int = 100,
    deadline: float = DEADLINE,
    stopping: Callable[[], bool] = lambda: False,
    heard: Callable[[Key, Answer | BackendError], None] = lambda key, answer: None,
) -> dict[Key, Answer | BackendError]:
    """As `sweep`, for questions with any answer (readings): each answer, or the error in its place."""
    if at_once < 1:
        raise ValueError(f"at_once: expected 1 or more, got {at_once}")
    if not asks:
        return {}
    with _loop(min(at_once, len(asks))) as runner:
        return runner.run(_gather(asks, at_once, deadline, stopping, heard))


async def judged(probe: Probe, deadline: float = DEADLINE) -> Finding:
    """What the probe found and how long it took, also when it could not ask."""
    began = time.perf_counter()
    answer = await _answered(probe, deadline)
    if isinstance(answer, BackendError):
        answer = Finding(False, str(answer), kind=answer.kind)
    return replace(answer, took=time.perf_counter() - began)


async def _answered(ask: Callable[[], Awaitable[Answer]], deadline: float) -> Answer | BackendError:
    try:
        async with asyncio.timeout(deadline):
            return await ask()
    except BackendError as error:
        return error
    except TimeoutError:
        return BackendError("unreachable", f"given up after {deadline:g} s")
    except Exception as error:  # one check must not cost the others their turn
        return BackendError("invalid", f"the probe itself failed: {type(error).__name__}")


async def _gather(
    asks: Mapping[Key, Callable[[], Awaitable[Answer]]],
    at_once: int,
    deadline: float,
    stopping: Callable[[], bool],
    heard: Callable[[Key, Answer | BackendError], None],
) -> dict[Key, Answer | BackendError]:
    answers: dict[Key, Answer | BackendError] = {}
    waiting = iter(asks.items())

    async def work() -> None:
        for key, ask in waiting:
            answers[key] = await _answered(ask, deadline)
            heard(key, answers[key])

    async with snmp_agent.shared_engines():
        workers = {asyncio.create_task(work()) for _ in range(min(at_once, len(asks)))}
        try:
            await _until_done(workers, stopping)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
    return answers


async def _until_done(workers: set[asyncio.Task[None]], stopping: Callable[[], bool]) -> None:
    running = workers
    while running and not stopping():
        done, running = await asyncio.wait(running, timeout=STEP)
        for worker in done:
            worker.result()


@contextmanager
def _loop(names_at_once: int) -> Iterator[asyncio.Runner]:
    """A loop of its own; names are resolved on as many threads as may wait for one."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_Names(names_at_once, "resolve"))
        yield runner


class _Names(ThreadPoolExecutor):
    """Nobody waits at the end for a name server that does not answer: the look-up ends by itself."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)
