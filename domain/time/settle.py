"""Misfire: what becomes of the planned times of one service (and node) at one tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from domain.time.local_day import HOUR, MINUTE
from domain.time.planned import interval
from domain.time.rule import FixedTime, Periodic, Rule

Result = Literal["run", "catch_up", "merged", "skipped", "missed"]
POLICIES = ("once", "skip", "all")

# A tick serves its own minute; only what is a full minute late was passed by.
ON_TIME = MINUTE


@dataclass(frozen=True)
class Settled:
    """One planned time `at` and its result, or all missed ones from `at` to `last` (`count` of them).

    `into` is the planned time a merged one is merged into; `reason` says why it was skipped or missed.
    """

    at: int
    result: Result
    last: int
    count: int = 1
    into: int | None = None
    reason: str | None = None


def settle(planned: Sequence[int], now: float, policy: str, window: float) -> list[Settled]:
    """What becomes of each planned time (UTC epoch seconds, once each), in order of time.

    Less than 60 s late: it runs. Later than `window` seconds: missed, all in one record. Between
    the two the policy decides: `once` runs one for all (one that is on time, else the latest) and
    merges the others into it, `skip` skips them, `all` runs each.

    Raises ValueError for an unknown policy.
    """
    if policy not in POLICIES:
        raise ValueError(f"misfire: expected {', '.join(POLICIES)}, got {policy!r}")
    times = sorted(set(planned))
    on_time = [at for at in times if now - at < ON_TIME]
    late = [at for at in times if ON_TIME <= now - at <= window]
    missed = [at for at in times if now - at >= ON_TIME and now - at > window]
    return [
        *_missed(missed),
        *_late(late, policy, on_time[0] if on_time else None),
        *(Settled(at, "run", at) for at in on_time),
    ]


def _missed(times: list[int]) -> list[Settled]:
    if not times:
        return []
    return [Settled(times[0], "missed", times[-1], len(times), reason="older than the misfire window")]


def _late(times: list[int], policy: str, on_time: int | None) -> list[Settled]:
    if policy == "all":
        return [Settled(at, "catch_up", at) for at in times]
    if policy == "skip":
        return [Settled(at, "skipped", at, reason="misfire") for at in times]
    if on_time is not None:
        return [Settled(at, "merged", at, into=on_time) for at in times]
    merged = [Settled(at, "merged", at, into=times[-1]) for at in times[:-1]]
    return merged + [Settled(at, "catch_up", at) for at in times[-1:]]


def default_window(rule: Rule) -> float:
    """Seconds a planned time may be late and still be served: one period, or 12 h for fixed times.

    0 for a daemon and an on-demand service, which have no planned times.
    """
    if isinstance(rule, Periodic):
        return interval(rule) or 0.0
    return 12.0 * HOUR if isinstance(rule, FixedTime) else 0.0
