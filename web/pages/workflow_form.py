"""The form of a workflow. Adding and taking away a condition or an action is a button like any other.

The form is sent, changed and shown again, with all that was typed: it needs no script and works by keyboard.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.datastructures import FormData

from domain.workflow.definition import (
    ACTIONS,
    METHODS,
    MOST_ACTIONS,
    MOST_CONDITIONS,
    OPERATORS,
    Action,
    Condition,
    Definition,
    plain,
)
from domain.workflow.happened import FIELDS

Typed = dict[str, Any]

CHOICES = {"operators": OPERATORS, "kinds": tuple(ACTIONS), "methods": METHODS, "fields": FIELDS}
#: What a new action begins with.
NEW_ACTIONS: dict[str, dict[str, str]] = {
    "mail": {"to": "", "subject": "{{ event }}: {{ object }}", "text": "{{ text }}", "organisation": ""},
    "job": {"job": "", "organisation": "{{ organisation }}", "object": "", "args": ""},
    "http": {"method": "POST", "address": "", "body": "", "secret": "", "private": "no"},
    "event": {"type": "", "severity": "info", "text": "{{ text }}"},
}


def empty() -> Typed:
    """A new workflow."""
    return {"name": "", "event": "", "match": "all", "conditions": [], "actions": []}


def of(name: str, definition: Definition) -> Typed:
    """What the form says of one that is kept."""
    found = plain(definition)
    actions = [{**dict.fromkeys(NEW_ACTIONS[each["kind"]], ""), **each} for each in found["actions"]]
    return {"name": name, **found, "actions": actions}


def typed(form: FormData) -> Typed:
    """What the form says."""
    said: Typed = {name: _text(form, name) for name in ("name", "event", "match")}
    said["conditions"] = [
        {part: _text(form, f"condition.{n}.{part}") for part in ("field", "operator", "value")}
        for n in range(_count(form, "conditions", MOST_CONDITIONS))
    ]
    said["actions"] = []
    for n in range(_count(form, "actions", MOST_ACTIONS)):
        kind = _text(form, f"action.{n}.kind")
        if kind in NEW_ACTIONS:
            texts = {part: _text(form, f"action.{n}.{part}") for part in NEW_ACTIONS[kind]}
            said["actions"].append({"kind": kind, **texts})
    return said


def changed(said: Typed, do: str) -> bool:
    """Do what a button of the form says (``add condition``, ``remove action 2``); False for no such one."""
    verb, _, rest = do.partition(" ")
    what, _, which = rest.partition(" ")
    rows = {"condition": said["conditions"], "action": said["actions"]}.get(what)
    if rows is None or verb not in _CHANGES:
        return False
    _CHANGES[verb](rows, what, which)
    return True


def definition(said: Typed) -> Definition:
    """The workflow of what was typed, unchecked."""
    return Definition(
        said["event"].strip(),
        said["match"] or "all",
        tuple(
            Condition(each["field"].strip(), each["operator"], each["value"]) for each in said["conditions"]
        ),
        tuple(
            Action(each["kind"], {name: text for name, text in each.items() if name != "kind"})
            for each in said["actions"]
        ),
    )


def _add(rows: list[dict[str, str]], what: str, which: str) -> None:
    if what == "condition" and len(rows) < MOST_CONDITIONS:
        rows.append({"field": "", "operator": "is", "value": ""})
    if what == "action" and which in NEW_ACTIONS and len(rows) < MOST_ACTIONS:
        rows.append({"kind": which, **NEW_ACTIONS[which]})


def _remove(rows: list[dict[str, str]], what: str, which: str) -> None:
    if which.isdecimal() and int(which) < len(rows):
        del rows[int(which)]


def _up(rows: list[dict[str, str]], what: str, which: str) -> None:
    if which.isdecimal() and 0 < int(which) < len(rows):
        n = int(which)
        rows[n - 1], rows[n] = rows[n], rows[n - 1]


_CHANGES: dict[str, Callable[[list[dict[str, str]], str, str], None]] = {
    "add": _add,
    "remove": _remove,
    "up": _up,
}


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _count(form: FormData, name: str, most: int) -> int:
    text = _text(form, name)
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 4 else 0
