"""Changing objects. Nothing is tried twice; after ``unknown_outcome`` look the object up first.

Distinguished names are those of RFC 4514: whoever makes one of a user's words escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from uuid import UUID

from backends.directory.read import Target, get, place
from backends.directory.session import Session
from backends.error import BackendError

Value = str | bytes | int | bool
#: "Already so" is no error (MS-ADTS 3.1.1.3.4.1.8), and "with all that is below it" (…4.1.15).
_PERMISSIVE = ("1.2.840.113556.1.4.1413", True, None)
_WITH_TREE = ("1.2.840.113556.1.4.805", True, None)
#: Members added or removed by one request.
BATCH = 500
_OWN_PART = re.compile(r"(?:\\.|[^\\,])*", re.DOTALL)


@dataclass(frozen=True)
class Change:
    """Of one attribute: `set` the values (none: empty it), `add` some, `remove` some that must be there."""

    what: Literal["set", "add", "remove"]
    values: tuple[Value, ...] = ()


def put(*values: Value) -> Change:
    """The attribute has these values and no others; with none it is emptied."""
    return Change("set", values)


def create(session: Session, dn: str, classes: Sequence[str], attributes: Mapping[str, Value]) -> UUID:
    """Create an object, and say its GUID; "" and b"" are left out. Raises BackendError.

    ``conflict``: there is one of this name; ``missing``: what it should lie in is not there.
    """
    given = {name: [_raw(value)] for name, value in attributes.items() if value != "" and value != b""}
    _change(session, lambda ldap: ldap.add(dn, list(classes), given))
    return get(session, dn).id


def modify(session: Session, target: Target, changes: Mapping[str, Change | Sequence[Change]]) -> None:
    """Change attributes, all or none. Raises BackendError; ``conflict``: a value to remove is not there."""
    names = {"set": "MODIFY_REPLACE", "add": "MODIFY_ADD", "remove": "MODIFY_DELETE"}
    asked = {
        name: [
            (names[each.what], [_raw(value) for value in each.values])
            for each in ((given,) if isinstance(given, Change) else given)
        ]
        for name, given in changes.items()
    }
    _change(session, lambda ldap: ldap.modify(place(target), asked))


def rename(session: Session, target: Target, name: str) -> None:
    """Give it another name where it lies: `name` is a part, ``CN=Smith\\, Anna``. Raises BackendError."""
    dn = _dn(session, target)
    _change(session, lambda ldap: ldap.modify_dn(dn, name))


def move(session: Session, target: Target, parent: str) -> None:
    """Let it lie below `parent`, under its own name. Raises BackendError."""
    dn = _dn(session, target)
    _change(session, lambda ldap: ldap.modify_dn(dn, own_part(dn), new_superior=parent))


def delete(session: Session, target: Target, *, tree: bool = False) -> None:
    """Delete it; with `tree` all that is below it, too. Raises BackendError.

    ``missing``: it is gone already; ``conflict``: there are objects below it.
    """
    _change(session, lambda ldap: ldap.delete(place(target), controls=[_WITH_TREE] if tree else None))


def add_members(session: Session, group: Target, members: Iterable[str]) -> None:
    """Put these distinguished names into the group; who is in it already stays. Raises BackendError.

    More than BATCH go in several requests: what went before an error stays done.
    """
    _members(session, group, members, "MODIFY_ADD")


def remove_members(session: Session, group: Target, members: Iterable[str]) -> None:
    """Take them out; who is not in it is no error. Raises BackendError."""
    _members(session, group, members, "MODIFY_DELETE")


def own_part(dn: str) -> str:
    """The first part of a distinguished name, as it is written."""
    found = _OWN_PART.match(dn)
    return found[0] if found else ""


def _dn(session: Session, target: Target) -> str:
    # A server may take a GUID for the object but not work out from it where the new name belongs.
    return get(session, target).dn if isinstance(target, UUID) else target


def _members(session: Session, group: Target, members: Iterable[str], what: str) -> None:
    names = [name.encode() for name in members]
    for begin in range(0, len(names), BATCH):
        batch = names[begin : begin + BATCH]
        try:
            _change(session, partial(_modify_already_so, place(group), {"member": [(what, batch)]}))
        except BackendError as error:
            if error.kind != "conflict":
                raise
            _members_singly(session, group, batch, what)


def _members_singly(session: Session, group: Target, names: Sequence[bytes], what: str) -> None:
    """Samba refuses all of them where one is so already, even if it is asked to let that pass."""
    for name in names:
        try:
            _change(session, partial(_modify_already_so, place(group), {"member": [(what, [name])]}))
        except BackendError as error:
            if error.kind != "conflict":
                raise


def _modify_already_so(dn: str, asked: Mapping[str, Any], ldap: Any) -> None:
    ldap.modify(dn, asked, controls=[_PERMISSIVE])


def _change(session: Session, question: Callable[[Any], Any]) -> None:
    session.ask(question, changes=True)


def _raw(value: Value) -> bytes:
    if isinstance(value, bool):
        return b"TRUE" if value else b"FALSE"
    return value if isinstance(value, bytes) else str(value).encode()
