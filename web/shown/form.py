"""The options, tasks and arguments of a service as fields of a form, and what a sent form says of them.

A field's name is where its problem is told: ``options.keep``, ``tasks.Shear the sheep``, ``args.day``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from actors.service import Service
from actors.values import defaults

Shown = dict[str, Any]
Sent = Mapping[str, str | Sequence[str]]

#: Words that switch on.
ON = ("true", "on", "yes", "1")
_SPAN = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?(s|sec|min|m|h|d)?")
_SECONDS = {"s": 1, "sec": 1, "": 1, "min": 60, "m": 60, "h": 3600, "d": 86_400}


def options_form(service: Service, values: Mapping[str, Any]) -> list[Shown]:
    """The fields of a service's options, then its tasks; `values` as `web.shown.services.one` gives them.

    Each has name, label, help, kind (number, text, switch, choice, span in seconds, list), value, min,
    max, choices (of a choice, else empty), whole (a number without a fraction) and required.
    """
    found = _fields(service.options, "options", values.get("options", {}))
    return found + [_task(task) for task in values.get("tasks", [])]


def arguments_form(service: Service, values: Mapping[str, Any]) -> list[Shown]:
    """The fields of a run's arguments, as those of `options_form`; `values` over their defaults."""
    return _fields(service.arguments, "args", defaults(service.arguments) | dict(values))


def read_options(service: Service, form_fields: Sent) -> dict[str, dict[str, Any]]:
    """``{"options": {...}, "tasks": {...}}`` of a sent form, for `web.acts.edit_service.edit`.

    The form must have been sent whole: a switch that is missing is off. What cannot be read stays the
    text it is, so that the edit can say what is wrong with it.
    """
    tasks = {task.title: _is_on(form_fields.get(f"tasks.{task.title}")) for task in service.tasks}
    return {"options": _values(service.options, "options", form_fields), "tasks": tasks}


def read_arguments(service: Service, form_fields: Sent) -> dict[str, Any]:
    """The arguments of a sent form, for `web.acts.force.force`; what is left empty has its default."""
    sent = _values(service.arguments, "args", form_fields)
    return {name: value for name, value in sent.items() if value not in ("", None, [])}


def _fields(shape: type | None, prefix: str, known: Mapping[str, Any]) -> list[Shown]:
    return [_field(each, of, shape, prefix, known) for each, of in _shapes(shape)]


def _values(shape: type | None, prefix: str, form_fields: Sent) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each, of in _shapes(shape):
        kind, optional = _kind(of)
        name = f"{prefix}.{each.name}"
        if kind == "switch":
            found[each.name] = _is_on(form_fields.get(name))
        elif name in form_fields:
            found[each.name] = _read(kind, optional, form_fields[name])
    return found


def _shapes(options: type | None) -> list[tuple[Field[Any], Any]]:
    """The fields of an options dataclass with their types."""
    if options is None or not is_dataclass(options):
        return []
    hints = get_type_hints(options, include_extras=True)
    return [(each, hints[each.name]) for each in fields(options)]


def _field(
    each: Field[Any], shape: Any, options: type | None, prefix: str, known: Mapping[str, Any]
) -> Shown:
    kind, _ = _kind(shape)
    low, high = _bounds(each, shape)
    return {
        "name": f"{prefix}.{each.name}",
        "label": each.metadata.get("label") or each.name.replace("_", " ").capitalize(),
        "help": each.metadata.get("help") or _help(each.name, options),
        "kind": kind,
        "value": known.get(each.name),
        "min": low,
        "max": high,
        "choices": _choices(shape),
        "whole": _bare(shape) is int,
        "required": each.default is MISSING and each.default_factory is MISSING,
    }


def _task(task: Mapping[str, Any]) -> Shown:
    return {
        "name": f"tasks.{task['title']}",
        "label": task["title"],
        "help": ", ".join(task["subtasks"]),
        "kind": "switch",
        "value": task["enabled"],
        "min": None,
        "max": None,
        "choices": [],
        "whole": False,
        "required": False,
    }


def _kind(shape: Any) -> tuple[str, bool]:
    """The kind of field for a type, and whether it may be empty."""
    bare = _bare(shape)
    optional = NoneType in get_args(_plain(shape))
    if bare is bool:
        return "switch", optional
    if _choices(shape):
        return "choice", optional
    if bare in (int, float):
        return "number", optional
    if bare is timedelta:
        return "span", optional
    listed = get_origin(bare) or bare
    return ("list" if listed in (tuple, list, set, frozenset) else "text"), optional


def _plain(shape: Any) -> Any:
    return get_args(shape)[0] if get_origin(shape) is Annotated else shape


def _bare(shape: Any) -> Any:
    """The type without what may be empty."""
    plain = _plain(shape)
    if get_origin(plain) in (Union, UnionType):
        rest = [each for each in get_args(plain) if each is not NoneType]
        return _plain(rest[0]) if len(rest) == 1 else str
    return plain


def _choices(shape: Any) -> list[Any]:
    bare = _bare(shape)
    if get_origin(bare) is Literal:
        return list(get_args(bare))
    return [each.value for each in bare] if isinstance(bare, type) and issubclass(bare, Enum) else []


def _bounds(each: Field[Any], shape: Any) -> tuple[Any, Any]:
    """The least and most of the field's metadata, or of its annotation."""
    low, high = each.metadata.get("min"), each.metadata.get("max")
    for mark in get_args(shape)[1:] if get_origin(shape) is Annotated else ():
        low = getattr(mark, "ge", None) if low is None else low
        high = getattr(mark, "le", None) if high is None else high
    return low, high


def _help(name: str, options: type | None) -> str:
    """What the dataclass says of a field: `name`: …, or one part for each field between semicolons."""
    text = " ".join((options.__doc__ or "").split()) if options else ""
    said = re.search(rf"`+{re.escape(name)}`+: (.+?)(?=;? `+\w+`+:|$)", text)
    if said:
        return said[1].strip()
    names = [each.name for each, _ in _shapes(options)]
    parts = [part.strip() for part in text.rstrip(".").split(";")]
    return parts[names.index(name)] if len(parts) == len(names) else ""


def _last(sent: str | Sequence[str] | None) -> str:
    if sent is None or isinstance(sent, str):
        return (sent or "").strip()
    return sent[-1].strip() if sent else ""


def _is_on(sent: str | Sequence[str] | None) -> bool:
    return _last(sent).lower() in ON


def _read(kind: str, optional: bool, sent: str | Sequence[str]) -> Any:
    if kind == "list":
        words = [sent] if isinstance(sent, str) else list(sent)
        return [part.strip() for word in words for part in re.split(r"[,\n]", word) if part.strip()]
    text = _last(sent)
    if optional and not text:
        return None
    return seconds_of(text) if kind == "span" else text


def seconds_of(text: str) -> Any:
    """A span such as "90", "15 min" or "1 h 30 min" in seconds; else the text."""
    parts = list(_SPAN.finditer(text.lower()))
    if not parts or _SPAN.sub("", text.lower()).strip():
        return text
    return sum(float(part[1].replace(",", ".")) * _SECONDS[part[2] or ""] for part in parts)
