"""The values of an event, as conditions look at them and texts name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.hooks.told import Told
from domain.time.clock import rfc3339

#: What an event has, with what it stands for; `data` is a table of more.
FIELDS = {
    "event": "its name, such as failure or organisation.update",
    "severity": "info, warning or error",
    "sender": "who wrote it, such as a service",
    "text": "what happened, in one line",
    "object": "what it is about",
    "organisation": "whom it is about, by name",
    "at": "when, such as 2027-01-15T08:00:00Z",
    "data": "more, by name: data.amount",
}
TABLES = ("data",)
#: In the data of an event that a workflow caused: the workflows that led to it, the first first.
CHAIN = "workflow_chain"


def values(told: Told) -> dict[str, Any]:
    """The value of each of `FIELDS`."""
    data = {key: value for key, value in told.data.items() if key != CHAIN}
    return {
        "event": told.name,
        "severity": _text(data.get("severity")),
        "sender": _text(data.get("sender")),
        "text": _text(data.get("text")),
        "object": told.object,
        "organisation": told.organisation or "",
        "at": rfc3339(told.at),
        "data": data,
    }


def look(found: Mapping[str, Any], name: str) -> Any:
    """The value of a field such as ``data.run``; None where there is none."""
    value: Any = found
    for part in name.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def chain(told: Told) -> tuple[int, ...]:
    """The workflows that led to it, by number; empty where it is nobody's doing."""
    found = told.data.get(CHAIN)
    if not isinstance(found, list) or not all(type(each) is int for each in found):
        return ()
    return tuple(found)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
