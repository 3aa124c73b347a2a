"""Our copy of a zone: what a transfer changes in it, by the fingerprint of each record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Row(NamedTuple):
    """A record: absolute lower-case name, seconds, type, data as text."""

    name: str
    ttl: int
    kind: str
    data: str


@dataclass
class Changes:
    """`new`: records by fingerprint; `gone`: fingerprints of those that are not there any more.

    A record whose TTL has changed is both: the one goes, the other comes.
    """

    new: dict[str, Row] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    @property
    def vanished(self) -> set[str]:
        """What is gone and nothing stands for."""
        return self.gone - self.new.keys()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone)


class DoesNotFit(ValueError):
    """An increment speaks of records that our copy does not have: the whole zone is to be read."""


def fingerprint(row: Row) -> str:
    """32 hex digits, the same for the same name, type and data."""
    text = "\0".join((row.name, row.kind, row.data))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def whole(known: Mapping[str, int], rows: Iterable[Row]) -> Changes:
    """What a whole zone changes; `known` has the TTL of each record that is there, by fingerprint."""
    changes, seen = Changes(), set()
    for row in rows:
        mark = fingerprint(row)
        seen.add(mark)
        before = known.get(mark)
        if before != row.ttl:
            changes.new[mark] = row
            if before is not None:
                changes.gone.add(mark)
    changes.gone |= known.keys() - seen
    return changes


def increment(known: Mapping[str, int], steps: Iterable[tuple[str, Row]]) -> Changes:
    """What steps of an incremental transfer (RFC 1995) come to, ``-`` and ``+`` in their order.

    Raises DoesNotFit where one deletes what is not there or adds what is.
    """
    changes = Changes()
    for sign, row in steps:
        mark = fingerprint(row)
        there = mark in changes.new or (mark in known and mark not in changes.gone)
        if (sign == "-") != there:
            raise DoesNotFit(f"{row.name} {row.kind} is {'not there' if sign == '-' else 'there already'}")
        if sign == "-":
            changes.new.pop(mark, None)
            if mark in known:
                changes.gone.add(mark)
        elif known.get(mark) == row.ttl:
            changes.gone.discard(mark)
        else:
            changes.new[mark] = row
    return changes
