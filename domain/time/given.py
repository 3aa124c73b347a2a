"""A schedule from the fields of a form or a request: what is not given stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic, Rule

#: The fields of each kind, as `services --json` names them (contract §2).
OF_KIND: dict[str, tuple[str, ...]] = {
    "periodic": ("period", "align"),
    "fixed_time": ("times", "zone", "weekdays", "days"),
    "on_demand": (),
    "daemon": (),
}
FIELDS = ("kind", *OF_KIND["periodic"], *OF_KIND["fixed_time"])
EMPTY: tuple[Any, ...] = (None, "", (), [])


def rule_given(before: Rule, given: Mapping[str, Any]) -> tuple[Rule, dict[str, str]]:
    """The rule that `before` becomes with these fields, and what is wrong, by field; never raises.

    Lists may be texts with commas ("05:30, 17:30"). Fields of another kind may be there when they
    are empty, so that a form can send all it has.
    """
    filled = [name for name in FIELDS[1:] if given.get(name) not in EMPTY]
    kind, problem = _kind(before, given.get("kind"), filled)
    if problem:
        return before, {"kind": problem}
    strange = {
        name: f"it goes with kind {_kind_of(name)}, not {kind}"
        for name in filled
        if name not in OF_KIND[kind]
    }
    rule = _rule(kind, before, given)
    problems = {} if rule is None else _by_field(rule.problems())
    if rule is None:
        problems = {"period": "expected 1 to 60 whole minutes, got none"}
    return rule or before, {**problems, **strange}


def fields_of(rule: Rule) -> dict[str, Any]:
    """The fields that say this rule."""
    if isinstance(rule, Periodic):
        return {"kind": rule.kind, "period": rule.minutes, "align": rule.align}
    if isinstance(rule, FixedTime):
        lists = {name: list(getattr(rule, name)) for name in ("times", "weekdays", "days")}
        return {"kind": rule.kind, "zone": rule.zone, **lists}
    return {"kind": rule.kind}


def _kind(before: Rule, asked: object, filled: list[str]) -> tuple[str, str | None]:
    """The kind that is meant, and what is wrong with it."""
    implied = {_kind_of(name) for name in filled}
    if asked in EMPTY:
        if len(implied) > 1:
            return before.kind, "give period and align, or times with zone, weekdays and days: not both"
        asked = next(iter(implied), before.kind)
    if not isinstance(asked, str) or asked not in OF_KIND:
        return before.kind, f"expected periodic, fixed_time or on_demand, got {asked!r}"
    if isinstance(before, Daemon) and asked != "daemon":
        return before.kind, "it is a daemon: it has no schedule"
    if asked == "daemon" and not isinstance(before, Daemon):
        return before.kind, "only a service that is written as a daemon can be one"
    return asked, None


def _kind_of(name: str) -> str:
    return next(kind for kind, names in OF_KIND.items() if name in names)


def _rule(kind: str, before: Rule, given: Mapping[str, Any]) -> Rule | None:
    if kind == "daemon":
        return Daemon()
    if kind == "on_demand":
        return OnDemand()
    return _periodic(before, given) if kind == "periodic" else _fixed(before, given)


def _periodic(before: Rule, given: Mapping[str, Any]) -> Periodic | None:
    known = before if isinstance(before, Periodic) else None
    period, align = given.get("period"), given.get("align")
    if period in EMPTY:
        if known is None:
            return None
        period = known.minutes
    if align in EMPTY:
        # The place in the hour stays where it can.
        align = known.align if known and isinstance(period, int) and known.align < period else 0
    return Periodic(period, align)  # type: ignore[arg-type]  # problems() says what is wrong


def _fixed(before: Rule, given: Mapping[str, Any]) -> FixedTime:
    known = before if isinstance(before, FixedTime) else FixedTime(())
    return FixedTime(
        times=_words(given["times"]) if "times" in given else known.times,
        zone=(given["zone"] or None) if "zone" in given else known.zone,
        weekdays=_words(given["weekdays"]) if "weekdays" in given else known.weekdays,
        days=_words(given["days"]) if "days" in given else known.days,
    )


def _words(value: Any) -> Any:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _by_field(problems: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for problem in problems:
        name, _, text = problem.partition(": ")
        found[name] = f"{found[name]}; {text}" if name in found else text
    return found
