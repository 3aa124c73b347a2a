"""When a check is due: each at its own moment of the interval, and never twice at once.

The moment follows from the check's name, so that it is the same after a restart, and a thousand
checks of one interval are spread over all of it.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """A check's next due time, and until when it counts as running; epoch seconds."""

    due_at: float
    busy_until: float = 0.0


def phase(name: str, interval: float) -> float:
    """At which second of its interval (0 up to it) a check is due."""
    # A plain CRC keeps names that differ in their last digits close together.
    mixed = zlib.crc32(name.encode()) * 0x9E3779B1 & 0xFFFFFFFF
    return interval * mixed / 2**32


def next_due(name: str, interval: float, moment: float) -> float:
    """The first due time after `moment`. Raises ValueError for an interval that is none."""
    if not 0 < interval < math.inf:
        raise ValueError(f"interval: expected more than 0 s, got {interval:g}")
    start = phase(name, interval)
    due = start + math.floor((moment - start) / interval) * interval
    while due <= moment:
        due += interval
    return due


def is_due(plan: Plan, now: float) -> bool:
    """Whether it may start: its time has come, and an earlier look has ended or is lost."""
    return plan.due_at <= now and plan.busy_until <= now


def started(plan: Plan, name: str, interval: float, now: float, limit: float) -> Plan | None:
    """The plan once it has started, None if it may not; due times that passed meanwhile are one.

    `limit`: seconds after which a look whose end was never told is given up.
    """
    if not is_due(plan, now):
        return None
    return Plan(next_due(name, interval, now), now + limit)


def ended(plan: Plan) -> Plan:
    """The plan once the look has ended."""
    return Plan(plan.due_at)
