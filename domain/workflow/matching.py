"""Whether an event sets a workflow off: its name, then its conditions, each with what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from domain.hooks.told import Told
from domain.workflow.definition import OPERATORS, Condition, Definition
from domain.workflow.happened import chain, look, values

#: So many workflows may lead to each other.
DEEPEST = 5


@dataclass(frozen=True)
class Looked:
    """A condition in words, what the event has there, and whether it holds."""

    said: str
    found: str
    holds: bool


def named(definition: Definition, told: Told) -> bool:
    """Whether the event has such a name."""
    return fnmatchcase(told.name, definition.event)


def look_at(definition: Definition, told: Told) -> list[Looked]:
    """Each condition, looked at."""
    found = values(told)
    return [_looked(each, found) for each in definition.conditions]


def matches(definition: Definition, told: Told) -> bool:
    """Whether it sets the workflow off."""
    if not named(definition, told):
        return False
    looked = [each.holds for each in look_at(definition, told)]
    return not looked or (any(looked) if definition.match == "any" else all(looked))


def refusal(workflow_id: int, told: Told) -> str | None:
    """Why the workflow is not set off by an event that matches: it would go round for ever. None: it may."""
    led = chain(told)
    if workflow_id in led:
        return "a loop: it led to this event itself"
    if len(led) >= DEEPEST:
        return f"{len(led)} workflows led to this event, one after the other: no more than {DEEPEST} may"
    return None


def said(condition: Condition) -> str:
    """A condition in words."""
    operator = OPERATORS.get(condition.operator, "?").partition(" (")[0]
    return f"{condition.field} {operator} {condition.value}".strip()


def _looked(condition: Condition, found: Mapping[str, Any]) -> Looked:
    value = look(found, condition.field)
    return Looked(said(condition), as_text(value)[:200], holds(condition, value))


def holds(condition: Condition, value: Any) -> bool:
    """Whether a value is as the condition says; texts are compared without regard to case."""
    text, wanted = as_text(value).casefold(), condition.value.casefold().strip()
    match condition.operator:
        case "is":
            return text == wanted
        case "is_not":
            return text != wanted
        case "contains":
            return wanted in text
        case "contains_not":
            return wanted not in text
        case "begins":
            return text.startswith(wanted)
        case "ends":
            return text.endswith(wanted)
        case "like":
            return fnmatchcase(text, wanted)
        case "one_of":
            return text in [each.strip() for each in wanted.split(",")]
        case "more" | "less":
            return _compare(condition.operator, text, wanted)
        case "given":
            return text != ""
        case "missing":
            return text == ""
    return False


def as_text(value: Any) -> str:
    """A value as a condition compares it; what is missing is an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _compare(operator: str, text: str, wanted: str) -> bool:
    try:
        left, right = float(text), float(wanted)
    except ValueError:
        return False
    return left > right if operator == "more" else left < right
