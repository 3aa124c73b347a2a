"""A schedule as JSON in the database and as a rule of `domain.time`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic, Rule


@lru_cache(maxsize=2048)
def rule_of(text: str) -> Rule:
    """The rule that a `service.rule` column holds."""
    return from_json(json.loads(text))


def from_json(value: Mapping[str, Any]) -> Rule:
    """The rule of a JSON object with `kind`; its problems are for the caller to ask."""
    kind = value["kind"]
    if kind == "periodic":
        return Periodic(value["minutes"], value.get("align", 0))
    if kind == "fixed_time":
        return FixedTime(
            times=tuple(value["times"]),
            zone=value.get("zone"),
            weekdays=tuple(value.get("weekdays", ())),
            days=tuple(value.get("days", ())),
        )
    return Daemon() if kind == "daemon" else OnDemand()


def to_json(rule: Rule) -> dict[str, Any]:
    """The other way."""
    if isinstance(rule, Periodic):
        return {"kind": rule.kind, "minutes": rule.minutes, "align": rule.align}
    if isinstance(rule, FixedTime):
        return {
            "kind": rule.kind,
            "times": list(rule.times),
            "zone": rule.zone,
            "weekdays": list(rule.weekdays),
            "days": list(rule.days),
        }
    return {"kind": rule.kind}
