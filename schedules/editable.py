"""What operators may change live in a service, and what is wrong with a value, by field."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.time.settle import POLICIES
from domain.time.stored import from_json

OVERLAPS = ("queue_one", "skip", "queue_all")
INSTANCES = ("one", "each")
#: No limit and no window is longer than this, in seconds.
A_YEAR = 366 * 86_400

#: Field -> (code, one line).
Problems = dict[str, tuple[str, str]]


def edit_problems(
    title: str, values: Mapping[str, Any], changes: Mapping[str, Any], revert: Sequence[str], now: float
) -> Problems:
    """All that is wrong with an edit of a service whose settings in force are `values`.

    Codes: bad_value, bad_schedule, daemon, parallel_with_groups.
    """
    problems = {
        key: ("bad_value", text) for key, value in changes.items() if (text := _value_problem(key, value))
    }
    problems |= _rule_problem(title, values, changes)
    daemon = values["rule"]["kind"] == "daemon"
    if "instances" in changes and not daemon and changes["instances"] != values["instances"]:
        problems["instances"] = ("bad_value", "only a daemon's can be changed live")
    groups = values["run_groups"]
    if "parallel" in changes and "parallel" not in problems and changes["parallel"] > 1 and groups:
        text = f"{title} has run groups ({' '.join(groups)}), which allow one run at a time"
        problems["parallel"] = ("parallel_with_groups", text)
    until = changes.get("logging_until")
    if "logging_until" not in problems and until is not None and until <= now:
        problems["logging_until"] = ("bad_value", "the time has passed already; give one that is ahead")
    return problems | _revert_problem(values, changes, revert)


def _rule_problem(title: str, values: Mapping[str, Any], changes: Mapping[str, Any]) -> Problems:
    if "rule" not in changes:
        return {}
    rule = from_json(changes["rule"])
    if values["rule"]["kind"] == "daemon" and rule.kind != "daemon":
        return {"kind": ("daemon", f"{title} is a daemon: it has no schedule")}
    if rule.kind == "daemon" and values["rule"]["kind"] != "daemon":
        return {"kind": ("bad_schedule", "only a service that is written as a daemon can be one")}
    wrong = rule.problems()
    return {"schedule": ("bad_schedule", "; ".join(wrong))} if wrong else {}


def part_of(key: str) -> tuple[str, str] | None:
    """``("options", "keep")`` for ``options.keep``: one option, or the switch of one task; else None."""
    whole, dot, name = key.partition(".")
    return (whole, name) if dot and whole in PARTED else None


def _revert_problem(values: Mapping[str, Any], changes: Mapping[str, Any], revert: Sequence[str]) -> Problems:
    unknown = [key for key in revert if key not in REVERTIBLE and part_of(key) is None]
    if unknown:
        names = ", ".join((*REVERTIBLE, *(f"{whole}.NAME" for whole in PARTED)))
        return {"revert": ("bad_value", f"expected {names}, got {', '.join(unknown)}")}
    parts = [part for key in revert if (part := part_of(key))]
    known = values["options"]
    if strange := [name for whole, name in parts if whole == "options" and name not in known]:
        said = f"there is no option {', '.join(strange)}: expected {', '.join(known) or 'none'}"
        return {"revert": ("bad_value", said)}
    both = [key for key in revert if key in changes]
    both += [f"{whole}.{name}" for whole, name in parts if name in changes.get(whole, {})]
    return {"revert": ("bad_value", f"{', '.join(both)} is to be changed as well")} if both else {}


def _value_problem(key: str, value: Any) -> str | None:
    if key in ("roles", "run_groups", "allowed_nodes"):
        return "cannot be changed live: it is fixed at deployment, in the file or the code"
    if key not in EDITABLE:
        return f"cannot be changed live: expected {', '.join(EDITABLE)}"
    good, expected = EDITABLE[key]
    return None if good(value) else f"expected {expected}, got {value!r}"


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _seconds(value: Any, high: float = A_YEAR) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and 0 <= value <= high


def _switches(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(on, bool) for on in value.values())


#: Name -> (whether a value is good, what was expected).
EDITABLE: dict[str, tuple[Callable[[Any], bool], str]] = {
    "enabled": (lambda value: isinstance(value, bool), "true or false"),
    "rule": (lambda value: isinstance(value, Mapping), "a schedule"),
    "priority": (lambda value: _whole(value, 0, 10), "0 (first) to 10"),
    "parallel": (lambda value: _whole(value, 1, 10_000), "a whole number from 1"),
    "misfire": (lambda value: value in POLICIES, " or ".join(POLICIES)),
    "misfire_window": (_seconds, "seconds from 0"),
    "overlap": (lambda value: value in OVERLAPS, " or ".join(OVERLAPS)),
    "time_limit": (lambda value: _seconds(value) and value > 0, "seconds above 0"),
    "retries": (lambda value: _whole(value, 0, 1_000), "a whole number from 0"),
    "retry_lost": (lambda value: isinstance(value, bool), "true or false"),
    "instances": (lambda value: value in INSTANCES, " or ".join(INSTANCES)),
    "options": (lambda value: isinstance(value, Mapping), "names and values"),
    "tasks": (_switches, "task titles with true or false"),
    "logging": (lambda value: isinstance(value, bool), "true or false"),
    "logging_until": (
        lambda value: value is None or _seconds(value, high=253_402_300_799),
        "an instant ahead, or none",
    ),
}
#: What can go back to what the file or the code says.
REVERTIBLE = tuple(key for key in EDITABLE if not key.startswith("logging"))
#: Of these one can go back alone, as ``options.NAME`` or ``tasks.TITLE``.
PARTED = ("options", "tasks")
