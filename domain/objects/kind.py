"""One kind of object: from its declaration come table row, form, command, API, import and audit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from domain.objects.field import ObjectField, read

#: What every object has besides its own fields.
OWN = ("id", "revision", "archived_at", "sample", "created_at", "changed_at")


class Declared(BaseModel):
    """What the model of every kind is."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        validate_default=False,
    )


@dataclass(frozen=True, eq=False)
class Kind:
    """`key` is the field that people know an object by, once for each object that `scope` refers to.

    With `also`, once for each value of these fields together: versions of one thing.

    `connection` is ``module:function``, called as ``f(found, secret)`` with the object as
    `store.object.read.by_id` gives it and a function that follows a reference to a secret; it gives
    lines of (did it work, what happened).
    """

    name: str
    title: str
    plural: str
    table: str
    profile: str
    model: type[Declared]
    key: str = "name"
    scope: str | None = None
    also: tuple[str, ...] = ()
    about: str = ""
    connection: str | None = None

    @cached_property
    def fields(self) -> tuple[ObjectField, ...]:
        """All fields, in the order of the model."""
        return tuple(read(name, info) for name, info in self.model.model_fields.items())

    @cached_property
    def by_name(self) -> dict[str, ObjectField]:
        """The same by name."""
        return {field.name: field for field in self.fields}

    @property
    def references(self) -> tuple[ObjectField, ...]:
        """The fields that lead to other objects."""
        return tuple(field for field in self.fields if field.refers)

    @property
    def secrets(self) -> tuple[ObjectField, ...]:
        """The fields whose values never come back."""
        return tuple(field for field in self.fields if field.shape == "secret")

    @property
    def family(self) -> str:
        """The file that declares it: kinds of one family stand together."""
        return self.model.__module__.rpartition(".")[2]

    def written(self, key: str) -> str:
        """A key as objects of this kind have it: trimmed, in ASCII where names are domains."""
        return str(self.taken(self.key, key))

    def taken(self, name: str, value: Any) -> Any:
        """A value of a field as objects have it; what the field cannot hold stays as it is."""
        try:
            return self._types[name].validate_python(value)
        except ValidationError:
            return value

    @cached_property
    def _types(self) -> dict[str, TypeAdapter[Any]]:
        found = {}
        for name in (self.key, *self.also):
            info = self.model.model_fields[name]
            kept: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            found[name] = TypeAdapter(kept)
        return found

    def label(self, found: dict[str, object]) -> str:
        """What people call an object: its key, with that of its scope before it."""
        own = str(found[self.key])
        more = ", ".join(f"{name} {found[name]}" for name in self.also if found[name])
        label = f"{found[self.scope]}/{own}" if self.scope else own
        return f"{label} ({more})" if more else label
