"""From what a probe found to a result of a check: its level, its value, and one line of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from actors.watching.check import Check
from domain.monitoring.check_state import CheckRule
from domain.monitoring.level import level
from store.monitoring.check_state import Result, Start

if TYPE_CHECKING:
    from backends.probe.finding import Finding
    from store.sample import Figure

#: Kinds whose limits are on what was measured; those of all others are on the seconds of the answer.
MEASURED = ("cpu", "memory", "disk", "network", "tls")
#: Kinds that are good or bad, and nothing else.
PLAIN = ("service", "iis_pool")
#: How long a text in the history is.
LONGEST = 300


def result(check: Check, start: Start, found: Finding, at: float, before: str) -> Result:
    """What is kept of a look at `at` (epoch s); `before` is the level of the one before."""
    value, unit = (found.value, found.unit) if check["kind"] in MEASURED else (found.took, "s")
    if check["kind"] in PLAIN or found.kind is not None:
        value, unit = (found.value if check["kind"] in MEASURED else None), ""
    how, words = level(check, found.ok, value, unit, before)
    said = words or found.text
    if not words and check["kind"] in MEASURED and found.ok and value is not None and unit != "d":
        said = f"{value:.4g} {unit}"
    rule = CheckRule(check["fail_after"], check["recover_after"])
    took = found.took
    return Result(check["id"], start.busy_until, rule, at, how, said[:LONGEST], value, unit, took)


def figures(check: Check, found: Result) -> list[Figure]:
    """What is kept of it as samples of the server: the seconds of the answer, and 1 for good or 0."""
    return [
        ("check.seconds", check["name"], found.took),
        ("check.good", check["name"], float(found.level == "good")),
    ]
