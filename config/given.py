"""One value that somebody gave, and how to name its place in a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.kinds import Kind
from config.section import Section
from config.service import ServiceDefaults
from config.settings import SECTIONS

SERVICE = "service."
OPTION = "options."


@dataclass(frozen=True)
class Given:
    """`section` is ``node`` or ``service.NAME``; `key` is ``threads`` or ``options.NAME``.

    An empty `key` only says that the section is there. `source` is the file, variable or option
    that gave it; `place` is what a message about it begins with.
    """

    section: str
    key: str
    value: object = field(repr=False)
    source: str
    place: str


def model_of(section: str) -> type[Section]:
    """The model of a section that exists."""
    return ServiceDefaults if section.startswith(SERVICE) else SECTIONS[section]


def kind_of(section: str, key: str) -> Kind:
    """What the values of a key may be."""
    return next(kind for kind in model_of(section).model_fields[key].metadata if isinstance(kind, Kind))


def options_of(given: Given) -> list[Given]:
    """A whole table of options as one `Given` for each, so that a later source can set a single one."""
    if given.key != "options" or not isinstance(given.value, Mapping):
        return [given]
    return [
        Given(given.section, f"{OPTION}{name}", value, given.source, given.place)
        for name, value in given.value.items()
    ]
