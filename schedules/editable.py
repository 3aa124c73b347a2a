"""What operators may change live in a service, apart from its schedule, and what is wrong with a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from domain.time.settle import POLICIES

OVERLAPS = ("queue_one", "skip", "queue_all")


def value_problems(changes: Mapping[str, Any]) -> list[str]:
    """One line for each key that cannot be changed and each value that is none of those expected."""
    problems = []
    for key, value in changes.items():
        if key not in EDITABLE:
            problems.append(f"{key} cannot be changed live: expected {', '.join(EDITABLE)}")
            continue
        good, expected = EDITABLE[key]
        if not good(value):
            problems.append(f"{key}: expected {expected}, got {value!r}")
    return problems


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return _whole(value) or isinstance(value, float)


#: Name -> (whether a value is good, what was expected).
EDITABLE: dict[str, tuple[Callable[[Any], bool], str]] = {
    "priority": (lambda value: _whole(value) and 0 <= value <= 10, "0 (first) to 10"),
    "parallel": (lambda value: _whole(value) and value >= 1, "a whole number from 1"),
    "misfire": (lambda value: value in POLICIES, " or ".join(POLICIES)),
    "misfire_window": (lambda value: _number(value) and value >= 0, "seconds from 0"),
    "overlap": (lambda value: value in OVERLAPS, " or ".join(OVERLAPS)),
    "time_limit": (lambda value: _number(value) and value > 0, "seconds above 0"),
    "retries": (lambda value: _whole(value) and value >= 0, "a whole number from 0"),
    "retry_lost": (lambda value: isinstance(value, bool), "true or false"),
    "options": (lambda value: isinstance(value, Mapping), "names and values"),
}
