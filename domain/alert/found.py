"""Alerts on what services find wrong by themselves, such as a group that is not in its directory any more."""

from __future__ import annotations

from collections.abc import Iterator

from domain.alert.facts import Facts
from domain.alert.finding import Finding


def problem(facts: Facts) -> Iterator[Finding]:
    """What the last look of each service found; it closes when a look does not find it any more."""
    for each in facts.problems:
        yield Finding("problem", each.object, each.text, each.severity)
