"""Values that somebody gives an object: all of them right, or a line for each field that is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from domain.objects.field import ObjectField
from domain.objects.kind import Kind

#: Bytes of a list or table, as JSON.
LARGEST = 20_000
_WORDS = {
    **dict.fromkeys(("yes", "true", "on", "1"), True),
    **dict.fromkeys(("no", "false", "off", "0"), False),
}
_SAID = {
    "extra_forbidden": "there is no such field",
    "missing": "it is missing",
    "string_too_short": "it is empty",
    "too_short": "it is empty",
}


class ObjectProblems(ValueError):
    """`problems`: one line by field; "" stands for the object as a whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" if name else text for name, text in problems.items()))
        self.problems = dict(problems)


def checked(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """All fields of an object, as they are stored; references are still keys, secrets still themselves.

    Raises ObjectProblems.
    """
    try:
        made = kind.model.model_validate(dict(values))
    except ValidationError as error:
        raise ObjectProblems(_problems(error)) from None
    found = {name: _plain(getattr(made, name)) for name in kind.model.model_fields}
    problems = {}
    for field in kind.fields:
        if field.stored_as_json and (said := _not_json(found[field.name])):
            problems[field.name] = said
        if field.refers and not found[field.name]:
            found[field.name] = None
            if not field.nullable:
                problems[field.name] = "it is missing"
    if problems:
        raise ObjectProblems(problems)
    return found


def from_text(field: ObjectField, text: str) -> Any:
    """What the text of a form, a command or a cell means; what cannot be read is left for `checked`."""
    if field.shape in ("text", "lines", "secret"):
        return text
    stripped = text.strip()
    if not stripped:
        return _left_empty(field)
    if field.shape == "switch":
        return _WORDS.get(stripped.lower(), stripped)
    if field.shape == "list":
        return _listed(stripped)
    if field.shape == "table":
        return _table(stripped)
    return stripped


def to_text(field: ObjectField, value: Any) -> str:
    """The same the other way; `from_text` reads it again."""
    if value is None:
        return ""
    if field.shape == "switch":
        return "yes" if value else "no"
    if field.shape == "list":
        simple = all(isinstance(each, str | int) and "," not in str(each) for each in value)
        return ", ".join(map(str, value)) if simple else json.dumps(value, ensure_ascii=False)
    if field.shape == "table":
        return json.dumps(value, ensure_ascii=False) if value else ""
    if field.shape == "number" and float(value).is_integer():
        return str(int(value))
    return str(value)


def _left_empty(field: ObjectField) -> Any:
    """What an empty text means: the default, and of what must be given nothing at all."""
    if field.nullable:
        return None
    if field.shape == "list":
        return []
    return "" if field.required else field.default


def _listed(text: str) -> Any:
    if text.startswith("["):
        return _json(text)
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _table(text: str) -> Any:
    """A JSON object, or a ``name = value`` on each line."""
    if text.startswith("{"):
        return _json(text)
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if not all(equals and name.strip() for name, equals, _ in pairs):
        return text
    return {name.strip(): _json(value.strip()) for name, _, value in pairs}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _not_json(value: Any) -> str:
    """What keeps a list or table from being stored and shown again, or ""."""
    try:
        size = len(json.dumps(value, allow_nan=False, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return "a text in it is not valid Unicode"
    except (ValueError, TypeError, RecursionError):
        return "it cannot be written as JSON"
    return f"it is longer than {LARGEST} bytes" if size > LARGEST else ""


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value


def _problems(error: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in error.errors(include_url=False, include_input=False):
        name = str(each["loc"][0]) if each["loc"] else ""
        found.setdefault(name, _SAID.get(each["type"]) or _own_words(each["msg"]))
    return found


def _own_words(said: str) -> str:
    """What one of our validators says, or pydantic in small letters."""
    own = said.removeprefix("Value error, ")
    return own if own != said else own[:1].lower() + own[1:]
