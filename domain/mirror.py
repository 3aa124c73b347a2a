"""A local copy of remote objects: what a read of the far side changes, and when it must not be believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Remote:
    """An object as the far side has it. `attrs` is plain JSON, `parent` the id of what it belongs to."""

    id: str
    name: str = ""
    parent: str = ""
    attrs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def attrs_text(self) -> str:
        """The attributes as JSON text, the same for the same values."""
        return json.dumps(dict(self.attrs), sort_keys=True, default=str)

    @property
    def hash(self) -> str:
        """Changes when anything of the object does."""
        text = "\0".join((self.name, self.parent, self.attrs_text))
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Read:
    """What the far side said. `full`: these are all there are; else only what changed, and `gone` ids.

    ``cookie`` is what the next read goes on from; None: it knows only full reads.
    """

    objects: Iterable[Remote]
    full: bool = True
    gone: Iterable[str] = ()
    cookie: str | None = None


class Known(NamedTuple):
    """What the mirror has of an object."""

    hash: str
    gone: bool


@dataclass(frozen=True)
class Vanishing:
    """How many may be gone at once: `share` of those known, but always `at_least` of them."""

    share: float = 0.2
    at_least: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"share: expected 0 to 1, got {self.share:g}")
        if self.at_least < 0:
            raise ValueError(f"at_least: expected 0 or more, got {self.at_least}")

    def most(self, known: int) -> int:
        """How many of so many."""
        return max(self.at_least, int(known * self.share))


@dataclass(frozen=True)
class Plan:
    """What a read changes: each object by what happens to it. `present`: how many were there before."""

    new: list[Remote]
    changed: list[Remote]
    returned: list[Remote]
    gone: list[str]
    present: int
    seen: int


def plan(known: Mapping[str, Known], read: Read) -> Plan:
    """Compare a read, which is read to its end here, with what is known. The last of two of one id counts.

    Raises whatever the reading raises: then nothing is changed.
    """
    found = {each.id: each for each in read.objects}
    said = set(read.gone) - found.keys()
    present = {each for each, was in known.items() if not was.gone}
    new, changed, returned = [], [], []
    for each in found.values():
        was = known.get(each.id)
        if was is None:
            new.append(each)
        elif was.gone:
            returned.append(each)
        elif was.hash != each.hash:
            changed.append(each)
    gone = present - found.keys() if read.full else present & said
    return Plan(new, changed, returned, sorted(gone), len(present), len(found))


def not_believed(planned: Plan, full: bool, limits: Vanishing, what: str) -> str | None:
    """Why nothing may be marked as gone, in one sentence; None when the read may be believed.

    A full read without any object is never believed while the mirror has one.
    """
    gone = len(planned.gone)
    if full and planned.present and not planned.seen:
        return (
            f"the answer has no {what} at all, and {planned.present:,} are known: nothing is marked as gone; "
            "look at the far side, and archive them by hand if they are really gone"
        )
    if gone > limits.most(planned.present):
        return (
            f"{gone:,} of {planned.present:,} {what} have vanished at once, more than {limits.share:.0%}: "
            "nothing is marked as gone; look at the far side, and raise the limit if it is right"
        )
    return None
