"""One field of a kind, read from its model: what forms, tables, commands and imports need to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic.fields import FieldInfo

from domain.objects.marks import Address, Lines, Moment, Money, Ref, Sealed

Shape = Literal[
    "text",
    "lines",
    "whole",
    "number",
    "switch",
    "choice",
    "list",
    "table",
    "reference",
    "secret",
    "money",
    "moment",
]

_PLAIN: dict[Any, Shape] = {str: "text", int: "whole", float: "number", bool: "switch", dict: "table"}


@dataclass(frozen=True)
class ObjectField:
    """`refers`: the kind that a reference leads to. `nullable`: it may be None, "not given".

    `places`: decimals of money.
    """

    name: str
    title: str
    help: str
    shape: Shape
    required: bool
    nullable: bool
    default: Any
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    longest: int | None = None
    refers: str | None = None
    address: bool = False
    places: int = 0

    @property
    def column(self) -> str:
        """Its name in the table."""
        return f"{self.name}_id" if self.refers else self.name

    @property
    def stored_as_json(self) -> bool:
        """Lists and tables are JSON in the database."""
        return self.shape in ("list", "table")


def read(name: str, info: FieldInfo) -> ObjectField:
    """The field of a model. Raises TypeError for a type that objects do not have."""
    bare, nullable = _bare(info.annotation)
    marks = {type(each): each for each in info.metadata}
    origin = get_origin(bare) or bare
    choices = get_args(bare) if origin is Literal else ()
    if origin is tuple:
        choices = next((get_args(each) for each in get_args(bare) if get_origin(each) is Literal), ())
    ref = marks.get(Ref)
    if ref is not None:
        shape: Shape = "reference"
    elif Sealed in marks:
        shape = "secret"
    elif Money in marks or Moment in marks:
        shape = "money" if Money in marks else "moment"
    elif Lines in marks:
        shape = "lines"
    elif origin is Literal:
        shape = "choice"
    elif origin in (tuple, list):
        shape = "list"
    elif origin in _PLAIN:
        shape = _PLAIN[origin]
    else:
        raise TypeError(f"{name}: objects have no fields of type {info.annotation}")
    return ObjectField(
        name=name,
        title=info.title or name.replace("_", " ").capitalize(),
        help=info.description or "",
        shape=shape,
        required=info.is_required(),
        nullable=nullable,
        default=None if info.is_required() else info.get_default(call_default_factory=True),
        choices=choices,
        low=_bound(info, Ge, "ge", Gt, "gt"),
        high=_bound(info, Le, "le", Lt, "lt"),
        longest=next((each.max_length for each in info.metadata if isinstance(each, MaxLen)), None),
        refers=ref.kind if ref is not None else None,
        address=Address in marks,
        places=next((each.places for each in info.metadata if isinstance(each, Money)), 0),
    )


def _bare(annotation: Any) -> tuple[Any, bool]:
    """The type without its ``| None``, and whether it had one."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    rest = [each for each in get_args(annotation) if each is not NoneType]
    if len(rest) != 1:
        raise TypeError(f"objects have no fields of type {annotation}")
    return rest[0], True


def _bound(info: FieldInfo, *kinds: Any) -> float | None:
    for mark, attribute in zip(kinds[::2], kinds[1::2], strict=True):
        for each in info.metadata:
            if isinstance(each, mark):
                return float(getattr(each, attribute))
    return None
