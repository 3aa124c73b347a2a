"""The shape *sampler*: many targets are measured at the same time, and kept in one transaction.

def run(context: Context, options: Options) -> Outcome:
    return sample(context, servers, measure, name=lambda server: server["name"], store=keep)

A target that fails is one result among the others and hides none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from actors.context import Context, StopRequested
from actors.job_crew import Crew
from actors.outcome import Outcome

Target = TypeVar("Target")

#: How long the run waits for a result before it looks whether it is to stop, in seconds.
LOOK_AGAIN = 0.5
#: So many failures are named in the run's message.
NAMED = 3


@dataclass(frozen=True)
class Measured(Generic[Target]):
    """One target: its figures by name, or why there are none. `at` and `took` in seconds."""

    target: Target
    name: str
    at: float
    took: float
    figures: dict[str, Any]
    error: str | None = None


def sample(
    context: Context,
    targets: Iterable[Target],
    measure: Callable[[Target], dict[str, Any]],
    *,
    name: Callable[[Target], str],
    store: Callable[[Any, Sequence[Measured[Target]]], object],
    at_once: int = 20,
) -> Outcome:
    """Measure each target, at most `at_once` at a time; ``store(tx, results)`` keeps them all at the end.

    `measure` has timeouts of its own, and raises when it fails. ``failed`` when all did, ``partial``
    when the run was to stop: then what was measured so far is kept.
    """
    from store import database

    waiting = iter(targets)
    results: list[Measured[Target]] = []
    crew: Crew[Target, Measured[Target]] = Crew(at_once)
    with crew:
        stopped = _start(context, crew, waiting, measure, name, at_once)
        while crew.busy:
            results += [each for _, each in crew.finished(LOOK_AGAIN)]
            context.progress(len(results))
            stopped = _start(context, crew, waiting, measure, name, at_once) or stopped
    if results:
        database.write(lambda tx: store(tx, results))
    return _outcome(results, stopped)


def _start(
    context: Context,
    crew: Crew[Target, Measured[Target]],
    waiting: Iterator[Target],
    measure: Callable[[Target], dict[str, Any]],
    name: Callable[[Target], str],
    at_once: int,
) -> bool:
    """Fill the crew; whether the run is to stop."""
    while crew.busy < at_once:
        if context.stopping():
            return True
        for target in waiting:
            crew.put(target, partial(_measured, context, target, measure, name(target)))
            break
        else:
            break
    return False


def _measured(
    context: Context, target: Target, measure: Callable[[Target], dict[str, Any]], name: str
) -> Measured[Target]:
    from time import monotonic

    at, began = context.now.timestamp(), monotonic()
    try:
        figures, error = measure(target), None
    except StopRequested as stopped:
        figures, error = {}, f"stopped: {stopped}"
    except Exception as raised:
        figures, error = {}, str(raised) or type(raised).__name__
    return Measured(target, name, at, monotonic() - began, figures, error)


def _outcome(results: Sequence[Measured[Any]], stopped: bool) -> Outcome:
    failed = [each for each in results if each.error is not None]
    counts = {"measured": len(results) - len(failed), "failed": len(failed)}
    texts = [f"{each.name}: {each.error}" for each in failed[:NAMED]]
    if len(failed) > NAMED:
        texts.append(f"and {len(failed) - NAMED} more")
    if results and len(failed) == len(results):
        return Outcome("failed", counts, "; ".join(texts))
    return Outcome("partial" if stopped else "done", counts, "; ".join(texts))
