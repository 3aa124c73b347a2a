"""One object as a domain controller gave it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

#: What DirSync and deleted objects have before their names (MS-ADTS 3.1.1.3.4.1.5).
_IDENTITIES = re.compile(r"^(<[A-Z]+=[^>]*>;)+")
_RANGE = re.compile(r"(.+);range=(\d+)-(\d+|\*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """`dn` as it was given; names of attributes in small letters; values are bytes, in no order.

    An attribute that was asked for and is not there has no values: nobody can tell whether it is empty or
    not ours to read. ``guid`` is None only for what is no object, such as the root. `cut`: the attributes
    of which there are more values than the answer has; `read.values` gives them all.
    """

    guid: UUID | None
    dn: str
    values: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    cut: frozenset[str] = frozenset()

    @property
    def id(self) -> UUID:
        """The GUID of an object. Raises ValueError where the server gave none."""
        if self.guid is None:
            raise ValueError(f"{self.dn[:200]!r} came without its objectGUID")
        return self.guid

    @property
    def deleted(self) -> bool:
        """True for a tombstone or an object in the recycle bin."""
        return self.text("isDeleted").upper() == "TRUE"

    def has(self, name: str) -> bool:
        """True if the answer had the attribute, even without values: in a change, it was emptied."""
        return name.lower() in self.values

    def all(self, name: str) -> tuple[bytes, ...]:
        """The values as they are."""
        return self.values.get(name.lower(), ())

    def texts(self, name: str) -> list[str]:
        """The values as text; what is no UTF-8 has marks in its place."""
        return [value.decode("utf-8", "replace") for value in self.all(name)]

    def text(self, name: str) -> str:
        """The value as text; "" if there is none."""
        found = self.texts(name)
        return found[0] if found else ""

    def number(self, name: str, default: int = 0) -> int:
        """The value as a number; `default` if there is none. Raises ValueError for what is no number."""
        found = self.all(name)
        return int(found[0]) if found else default


def entry(response: Mapping[str, Any]) -> Entry:
    """From one search result of ldap3. A part of a long list stands under its plain name."""
    values: dict[str, tuple[bytes, ...]] = {}
    cut: frozenset[str] = frozenset()
    for name, found in response["raw_attributes"].items():
        ranged = _RANGE.fullmatch(name)
        # One string for all objects: there may be a hundred thousand of them in memory.
        plain = sys.intern((ranged[1] if ranged else name).lower())
        if ranged and ranged[3] != "*":
            cut |= {plain}
        values[plain] = values.get(plain, ()) + tuple(found or ())
    own = values.get("objectguid", ())
    guid = UUID(bytes_le=own[0]) if own and len(own[0]) == 16 else None
    return Entry(guid, _IDENTITIES.sub("", response["raw_dn"].decode("utf-8", "replace")), values, cut)


def range_end(response: Mapping[str, Any], name: str) -> int | None:
    """The number of the last value that a part of a long list has; None if it is the last part."""
    for given in response["raw_attributes"]:
        found = _RANGE.fullmatch(given)
        if found and found[1].lower() == name.lower() and found[3] != "*":
            return int(found[3])
    return None
