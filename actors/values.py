"""Options and arguments: plain values from a file, a message or the page, as a service's dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from datetime import timedelta
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from actors.service import Service


class ValueProblems(ValueError):
    """Values a service cannot take; the text has one part for each."""

    def __init__(self, what: str, problems: list[str]) -> None:
        super().__init__("; ".join(f"{what}: {problem}" if what else problem for problem in problems))
        self.problems = problems


def build(shape: type, values: Mapping[str, Any], what: str = "option") -> Any:
    """An instance of the dataclass ``shape`` with these values, its defaults for the others.

    Texts are read as what the field wants: "3" as a number, "PT1H" or seconds as a time span.
    Raises ValueProblems that name every unknown or wrong value.
    """
    names = [field.name for field in fields(shape)]
    problems = [_unknown(name, names) for name in values if name not in names]
    try:
        built = _adapter(shape).validate_python({name: values[name] for name in values if name in names})
    except ValidationError as error:
        problems += [_problem(detail, values) for detail in error.errors(include_url=False)]
    if problems:
        raise ValueProblems(what, problems)
    return built


def understood(shape: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values that the dataclass ``shape`` has a field for.

    What is in force was checked when it was written: the others are a newer release's.
    """
    names = {field.name for field in fields(shape)}
    return {name: value for name, value in values.items() if name in names}


def arguments(service: Service, values: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a run as plain JSON values, checked against the shape the service declares.

    A site's own service that declares none takes anything; one of the catalogue takes nothing.
    Raises ValueProblems.
    """
    if service.arguments is not None:
        return plain(asdict(build(service.arguments, values, "argument")))
    if values and service.ours:
        raise ValueProblems("", [f"takes no arguments, got {', '.join(values)}"])
    return dict(values)


def defaults(shape: type | None) -> dict[str, Any]:
    """The default of each field that has one, as plain JSON values."""
    if shape is None or not is_dataclass(shape):
        return {}
    given = {each.name: each.default for each in fields(shape) if each.default is not MISSING}
    made = {
        each.name: each.default_factory() for each in fields(shape) if each.default_factory is not MISSING
    }
    return plain(given | made)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values as JSON can hold them; spans in seconds."""
    return {
        name: value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in values.items()
    }


@lru_cache(maxsize=512)
def _adapter(shape: type) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def _unknown(name: str, names: list[str]) -> str:
    near = get_close_matches(name, names, n=1)
    if near:
        return f"{name} is unknown; did you mean {near[0]}?"
    return f"{name} is unknown; there is {', '.join(names) or 'none'}"


def _problem(detail: Any, values: Mapping[str, Any]) -> str:
    name = str(detail["loc"][0]) if detail["loc"] else ""
    text = detail["msg"].removeprefix("Value error, ")
    text = text[:1].lower() + text[1:]
    if detail["type"] == "missing":
        return f"{name} is required"
    return f"{name}: {text}, got {values[name]!r}" if name in values else text
