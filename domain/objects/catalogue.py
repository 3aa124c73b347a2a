"""Every kind of object, by name."""

from __future__ import annotations

from config.problems import closest, did_you_mean
from domain.objects import (
    call_files,
    databases,
    directories,
    helpdesk,
    mail,
    monitored,
    names,
    parties,
    sent_out,
    tariffs,
    voice,
)
from domain.objects.kind import Kind

#: In the order in which pages show them; a kind stands behind those it refers to.
KINDS: tuple[Kind, ...] = (
    *parties.KINDS,
    *mail.KINDS,
    *helpdesk.KINDS,
    *monitored.KINDS,
    *names.KINDS,
    *directories.KINDS,
    *databases.KINDS,
    *sent_out.KINDS,
    *tariffs.KINDS,
    *voice.KINDS,
    *call_files.KINDS,
)

_BY_NAME = {kind.name: kind for kind in KINDS}


class UnknownKind(LookupError):
    """There is no such kind; the text says which there are."""


def find(name: str) -> Kind:
    """The kind of this name. Raises UnknownKind with the nearest name."""
    kind = _BY_NAME.get(name)
    if kind is None:
        near = did_you_mean(closest(name, _BY_NAME))
        raise UnknownKind(f"there is no kind of object {name!r}{near}; there are {', '.join(_BY_NAME)}")
    return kind


def referring(kind: Kind) -> list[tuple[Kind, str]]:
    """The fields that lead to objects of this kind: (kind, name of the field)."""
    return [(each, field.name) for each in KINDS for field in each.references if field.refers == kind.name]
