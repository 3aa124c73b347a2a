"""What a workflow says: on which events, under which conditions, what is done one after the other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from domain.workflow.problem import WorkflowProblem

#: What an action needs and may have, by kind: field -> is it needed.
ACTIONS: Mapping[str, Mapping[str, bool]] = {
    "mail": {"to": True, "subject": True, "text": True, "organisation": False},
    "job": {"job": True, "organisation": True, "object": False, "args": False},
    "http": {"method": True, "address": True, "body": False, "secret": False, "private": False},
    "event": {"type": True, "severity": True, "text": True},
}
#: Operator -> how it is said between field and value; those of `ALONE` need no value.
OPERATORS: Mapping[str, str] = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "contains_not": "does not contain",
    "begins": "begins with",
    "ends": "ends with",
    "like": "is like (* stands for any)",
    "one_of": "is one of (with commas)",
    "more": "is more than",
    "less": "is less than",
    "given": "is given",
    "missing": "is not given",
}
ALONE = ("given", "missing")
METHODS = ("POST", "PUT", "PATCH", "GET", "DELETE")
MOST_CONDITIONS, MOST_ACTIONS = 20, 20


@dataclass(frozen=True)
class Condition:
    """`field` is one of an event's values, such as ``severity`` or ``data.amount``."""

    field: str
    operator: str
    value: str = ""


@dataclass(frozen=True)
class Action:
    """`kind` and its texts by name, most of them templates (see `domain.mail.written`)."""

    kind: str
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Definition:
    """`event` is the name of an event, ``*`` stands for any part. `match`: ``all`` conditions, or ``any``."""

    event: str
    match: str = "all"
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def text(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)


def from_json(text: str) -> Definition:
    """What `Definition.text` gave."""
    return from_plain(json.loads(text))


def from_plain(found: Any) -> Definition:
    """A definition of plain values, with no word of what they mean. Raises WorkflowProblem."""
    if not isinstance(found, Mapping):
        raise WorkflowProblem("expected event, match, conditions and actions")
    if unknown := set(found) - {"event", "match", "conditions", "actions"}:
        raise WorkflowProblem(
            f"there is no field {sorted(unknown)[0]!r}; there are event, match, conditions, actions"
        )
    conditions = [_texts(each, f"condition {n}") for n, each in enumerate(_list(found, "conditions"), 1)]
    actions = [_action(each, f"action {n}") for n, each in enumerate(_list(found, "actions"), 1)]
    for n, each in enumerate(conditions, 1):
        if set(each) - {"field", "operator", "value"} or not {"field", "operator"} <= set(each):
            raise WorkflowProblem(f"condition {n}: expected field, operator and value")
    texts = _texts(
        {key: found.get(key, default) for key, default in (("event", ""), ("match", "all"))}, "workflow"
    )
    return Definition(
        texts["event"].strip(),
        texts["match"],
        tuple(
            Condition(each["field"].strip(), each["operator"], each.get("value", "")) for each in conditions
        ),
        tuple(actions),
    )


def plain(definition: Definition) -> dict[str, Any]:
    """The same as plain values; each action with its kind and texts in one."""
    return {
        "event": definition.event,
        "match": definition.match,
        "conditions": [asdict(each) for each in definition.conditions],
        "actions": [{"kind": each.kind, **each.texts} for each in definition.actions],
    }


def trimmed(definition: Definition) -> Definition:
    """Without texts that are empty and need not be there."""
    actions = tuple(
        replace(each, texts={k: v for k, v in each.texts.items() if v or ACTIONS.get(each.kind, {}).get(k)})
        for each in definition.actions
    )
    return replace(definition, actions=actions)


def _list(found: Mapping[str, Any], name: str) -> list[Any]:
    value = found.get(name, [])
    if not isinstance(value, list | tuple):
        raise WorkflowProblem(f"{name}: expected a list")
    return list(value)


def _texts(given: Any, what: str) -> dict[str, str]:
    if not isinstance(given, Mapping) or not all(isinstance(value, str) for value in given.values()):
        raise WorkflowProblem(f"{what}: expected texts by name")
    return dict(given)


def _action(given: Any, what: str) -> Action:
    if isinstance(given, Mapping) and isinstance(given.get("texts"), Mapping):
        given = {"kind": given.get("kind"), **given["texts"]}
    texts = _texts(given, what)
    return Action(texts.pop("kind", ""), texts)
