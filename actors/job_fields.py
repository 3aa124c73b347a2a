"""What a kind of job takes, field by field, as forms and commands need to know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from functools import lru_cache
from typing import Any, get_type_hints

from pydantic.fields import FieldInfo

from actors.job_kind import JobKind
from domain.objects import field as declared
from domain.objects.checked import from_text
from domain.objects.field import ObjectField


@lru_cache(maxsize=256)
def fields_of(kind: JobKind) -> tuple[ObjectField, ...]:
    """Its arguments in their order; title and help are those of ``Annotated[str, Field(title=…)]``.

    Raises TypeError for an argument whose type no form has.
    """
    if kind.arguments is None:
        return ()
    hints = get_type_hints(kind.arguments, include_extras=True)
    return tuple(declared.read(each.name, _info(each, hints[each.name])) for each in fields(kind.arguments))


def given(kind: JobKind, texts: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that came as texts: lists as lists; what is no argument is left for the order to refuse."""
    try:
        lists = {each.name: each for each in fields_of(kind) if each.shape == "list"}
    except TypeError:  # a kind of the site's own may take what no form has
        lists = {}
    return {
        name: from_text(lists[name], value) if name in lists and isinstance(value, str) else value
        for name, value in texts.items()
    }


def _info(each: Field[Any], hint: Any) -> FieldInfo:
    if each.default is not MISSING:
        return FieldInfo.from_annotated_attribute(hint, each.default)
    if each.default_factory is not MISSING:
        return FieldInfo.from_annotated_attribute(hint, each.default_factory())
    return FieldInfo.from_annotation(hint)
