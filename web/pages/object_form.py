"""The form of an object, made from the declaration of its kind: fields, texts, what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.datastructures import FormData

from domain.objects.checked import from_text, to_text
from domain.objects.field import ObjectField
from domain.objects.kind import Kind

#: The form's own fields, which no kind may have.
CLEAR, REVISION, REASON = "clear", "revision", "reason"

Texts = dict[str, Any]


class HasFields(Protocol):
    """A kind of object, or of job: what it consists of."""

    @property
    def fields(self) -> tuple[ObjectField, ...]: ...


@dataclass(frozen=True)
class Line:
    """One field as it stands in the form.

    `text`: what is in it; `ticked`: of a switch, or the choices of a list. `reference`: where its
    secret is. `theirs`: what somebody else has put there meanwhile, None if nobody has.
    """

    field: ObjectField
    text: str
    ticked: tuple[str, ...]
    reference: str
    problem: str
    theirs: str | None

    @property
    def name(self) -> str:
        """That of the field."""
        return self.field.name

    @property
    def told(self) -> str:
        """The ids of what describes it, for aria-describedby."""
        parts = (("help", self.field.help or self.field.shape == "secret"), ("problem", self.problem))
        return " ".join(f"{part}-{self.name}" for part, there in (*parts, ("theirs", self.theirs)) if there)


def texts_of(kind: HasFields, row: Mapping[str, Any]) -> Texts:
    """What the form begins with: an object, or the defaults of its kind."""
    return {field.name: _text(field, row.get(field.name, field.default)) for field in kind.fields}


def sent(kind: HasFields, form: FormData) -> Texts:
    """The texts that came with a form."""
    found: Texts = {}
    for field in kind.fields:
        if field.shape == "switch":
            found[field.name] = "yes" if field.name in form else "no"
        elif field.shape == "list" and field.choices:
            found[field.name] = ", ".join(map(str, form.getlist(field.name)))
        else:
            found[field.name] = str(form.get(field.name, ""))
    return found


def values(kind: HasFields, texts: Texts, cleared: list[str]) -> dict[str, Any]:
    """The values that the texts mean; an empty secret stays what it is, unless it is `cleared`."""
    found = {}
    for field in kind.fields:
        text = texts[field.name]
        if field.shape == "secret" and not text:
            if field.name in cleared:
                found[field.name] = ""
            continue
        found[field.name] = from_text(field, text)
    return found


def lines(
    kind: HasFields,
    texts: Texts,
    row: Mapping[str, Any],
    problems: Mapping[str, str] = {},
    theirs: Mapping[str, Any] | None = None,
) -> list[Line]:
    """The fields of the form; `row`: the object, {} for a new one; `theirs`: as somebody else has left it."""
    return [
        Line(
            field=field,
            text="" if field.shape == "secret" else texts[field.name],
            ticked=tuple(part.strip() for part in texts[field.name].split(",")),
            reference=str(row.get(field.name) or "") if field.shape == "secret" else "",
            problem=problems.get(field.name, ""),
            theirs=_theirs(field, texts, theirs),
        )
        for field in kind.fields
    ]


def shown_in_lists(kind: Kind) -> list[ObjectField]:
    """The columns of a list, its key first."""
    own = kind.by_name[kind.key]
    plain = ("text", "choice", "reference", "switch", "whole", "money", "moment")
    rest = [field for field in kind.fields if field.shape in plain and field is not own]
    return [own, *rest[:6]]


def _text(field: ObjectField, value: Any) -> str:
    return "" if field.shape == "secret" else to_text(field, value)


def _theirs(field: ObjectField, texts: Texts, theirs: Mapping[str, Any] | None) -> str | None:
    if theirs is None or field.shape == "secret":
        return None
    text = to_text(field, theirs[field.name])
    return None if text == texts[field.name] else text or "empty"
