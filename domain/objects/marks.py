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
