"""One read of a directory: what changed since the last, or all there is, as our tables have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING
from uuid import UUID

from actors.directories import entry as of
from domain.directory import dn
from domain.directory.user import UserFacts, UserState

if TYPE_CHECKING:
    from backends.directory.entry import Entry
    from backends.directory.session import Session
    from store.directory.published import UnitRow

#: Objects that one question asks for by GUID.
AT_ONCE = 50


@dataclass
class Found:
    """What a read brought, by GUID. `states`: of those users that were asked for singly.

    `gone`: what the directory says is deleted, or lies outside the base now. `groups`: distinguished name,
    account, name, and its members' names (None: not said). `unreadable`: why; what we have of it stays.
    """

    full: bool
    why_full: str = ""
    cursor: str = ""
    usn: int = 0
    users: dict[str, UserFacts] = field(default_factory=dict)
    states: dict[str, UserState] = field(default_factory=dict)
    groups: dict[str, tuple[str, str, str, list[str] | None]] = field(default_factory=dict)
    units: dict[str, UnitRow] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    unreadable: dict[str, str] = field(default_factory=dict)


def read_directory(
    session: Session, since: str | None, base: str, units: Mapping[str, str], look: Callable[[], None]
) -> Found:
    """Read what changed since that cursor, or everything where there is none or it cannot be trusted.

    `units`: the tree as we know it, GUID -> name: a unit that is called otherwise now has moved all that
    lies below it, of which nothing else is said, so that everything is read. `look` is called as
    objects come, and may raise. Raises BackendError.
    """
    from backends.directory import filters
    from backends.directory.changes import Changes, cursor

    what = filters.USERS | filters.GROUPS | filters.UNITS
    changes = Changes(session, since, what, [*of.FACTS, of.MEMBER])
    found = Found(changes.full, changes.why_full)
    seen: list[Entry] = []
    for each in changes:
        look()
        if changes.full:
            _take(session, found, each, base)
        else:
            seen.append(each)
    found.cursor = changes.cursor
    known = cursor(found.cursor)
    found.usn = known.usn if known else 0
    if changes.full:
        return found
    moved = next((each for each in seen if _moved(each, units)), None)
    if moved is not None:
        again = read_directory(session, None, base, units, look)
        again.why_full = f"the unit {units[str(moved.id)]} is {moved.dn} now: everything was read"
        return again
    _take_changes(session, found, seen, base)
    return found


def _moved(each: Entry, units: Mapping[str, str]) -> bool:
    before = units.get(str(each.guid))
    return before is not None and not each.deleted and before != each.dn


def _take_changes(session: Session, found: Found, seen: list[Entry], base: str) -> None:
    """A change has only what changed: whatever is not deleted is asked for as it is now."""
    from backends.directory.account import STATE

    members = {str(each.id): each for each in seen if each.has(of.MEMBER)}
    found.gone |= {str(each.id) for each in seen if each.deleted}
    wanted = [each.id for each in seen if not each.deleted]
    for each in by_guid(session, wanted, ["name", *of.FACTS, *STATE]):
        guid = str(each.id)
        _take(session, found, each, base, members.get(guid))
        if guid in found.users:
            try:
                found.states[guid] = of.user_state(each)
            except ValueError as error:
                found.unreadable[guid] = f"{each.dn[:200]}: {error}"


def by_guid(session: Session, guids: Sequence[UUID], attributes: Sequence[str]) -> Iterator[Entry]:
    """Those of these objects that there are, with these attributes. Raises BackendError."""
    from backends.directory import filters, read
    from backends.directory.root import read_root

    if not guids:
        return
    base = read_root(session).domain
    for start in range(0, len(guids), AT_ONCE):
        wanted = reduce(or_, (filters.equals("objectGUID", guid) for guid in guids[start : start + AT_ONCE]))
        yield from read.search(session, base, wanted, attributes)


def _take(session: Session, found: Found, each: Entry, base: str, members: Entry | None = None) -> None:
    try:
        _kept(session, found, each, base, members)
    except ValueError as error:
        found.unreadable[str(each.guid)] = f"{each.dn[:200]}: {error}"


def _kept(session: Session, found: Found, each: Entry, base: str, members: Entry | None) -> None:
    from store.directory.published import UnitRow

    guid = str(each.id)
    if each.deleted:
        found.gone.add(guid)
    elif of.is_unit(each):
        found.units[guid] = UnitRow(guid, each.dn, each.text("name"))
    elif base and not dn.is_under(each.dn, base):
        found.gone.add(guid)
    elif of.is_user(each):
        found.users[guid] = of.user_facts(each)
    elif of.is_group(each):
        source = each if found.full else members
        found.groups[guid] = (
            each.dn,
            each.text("sAMAccountName"),
            each.text("name"),
            None if source is None else list(_members(session, source)),
        )


def _members(session: Session, group: Entry) -> Iterable[str]:
    from backends.directory import read

    if of.MEMBER in group.cut:
        return read.members(session, group.id)
    return group.texts(of.MEMBER)
