"""Marks in the annotation of a field: what it is besides its type."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ref:
    """Another object, shown and given by its key; stored as ``<field>_id``."""

    kind: str


@dataclass(frozen=True)
class Sealed:
    """A secret: it goes in and never comes out.

    Given as itself it is sealed and kept as ``vault:NAME``; ``env:NAME``, ``file:PATH`` and
    ``vault:NAME`` are kept as they are.
    """


@dataclass(frozen=True)
class Address:
    """A host name, an IP address or a URL that is connected to."""


@dataclass(frozen=True)
class Lines:
    """A text of several lines."""


@dataclass(frozen=True)
class Money:
    """A decimal such as ``0.0123``, given and shown as text, stored as a whole number of 10^-`places`."""

    places: int


@dataclass(frozen=True)
class Moment:
    """A time such as ``2026-11-22T10:00:00Z``, given and shown as text, stored as epoch seconds.

    Left empty it is stored as 0, or as NULL where the field may be None.
    """
