"""Reading objects: one, many page by page, and the members of groups however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal
from uuid import UUID

from backends.directory.entry import Entry, entry, range_end
from backends.directory.filters import EVERYTHING, USERS, Filter, in_chain
from backends.directory.session import Session
from backends.error import BackendError

#: Objects in one answer, and values of one attribute: what Active Directory allows as it is installed.
PAGE = 1000
VALUES = 1500
_PAGED = "1.2.840.113556.1.4.319"
_SHOW_DELETED = ("1.2.840.113556.1.4.417", True, None)
#: An object by its GUID, which stays, or by its distinguished name.
Target = UUID | str
Scope = Literal["subtree", "children", "base"]
_SCOPES = {"subtree": "SUBTREE", "children": "LEVEL", "base": "BASE"}


def place(target: Target) -> str:
    """How a request names it (MS-ADTS 3.1.1.3.1.2.4)."""
    return f"<GUID={target}>" if isinstance(target, UUID) else target


def get(session: Session, target: Target, attributes: Sequence[str] = (), *, deleted: bool = False) -> Entry:
    """One object with these attributes. `deleted`: also if it is a tombstone.

    Raises BackendError; ``missing`` if there is none, or none that our user may see.
    """
    try:
        for found in search(session, target, attributes=attributes, scope="base", deleted=deleted):
            return found
    except BackendError as error:
        if error.kind != "missing":
            raise
    raise BackendError("missing", f"{session.server}: there is no object {target}")


def search(
    session: Session,
    base: Target,
    condition: Filter = EVERYTHING,
    attributes: Sequence[str] = (),
    *,
    scope: Scope = "subtree",
    deleted: bool = False,
    page: int = PAGE,
) -> Iterator[Entry]:
    """The objects that meet the condition, `page` of them in memory; with `deleted`, tombstones too.

    What lies in other domains is left out. Raises BackendError: a half read ends in an error, never early.
    """
    cookie: bytes | None = None
    controls = [_SHOW_DELETED] if deleted else []
    asked = [*attributes, "isDeleted"] if deleted else attributes
    paging: dict[str, Any] = {"paged_size": page, "paged_criticality": True}
    while True:
        answer = session.search(
            place(base),
            condition,
            asked,
            scope=_SCOPES[scope],
            controls=controls,
            paged_cookie=cookie,
            **paging,
        )
        found = [entry(each) for each in answer.found if each["type"] == "searchResEntry"]
        try:
            cookie = answer.controls[_PAGED]["value"]["cookie"]
        except (KeyError, TypeError):
            raise BackendError("invalid", f"{session.server}: it gives no pages") from None
        del answer  # two pages at once are never in memory
        yield from found
        if not cookie:
            return


def values(session: Session, target: Target, attribute: str, *, step: int = VALUES) -> Iterator[bytes]:
    """All values of one attribute, part by part (MS-ADTS 3.1.1.3.1.3.3). Raises BackendError."""
    begin = 0
    while True:
        asked = f"{attribute};range={begin}-{begin + step - 1}"
        for each in session.search(place(target), attributes=[asked], scope="BASE").found:
            if each["type"] == "searchResEntry":
                yield from entry(each).all(attribute)
                last = range_end(each, attribute)
                break
        else:
            raise BackendError("missing", f"{session.server}: there is no object {target}")
        if last is None:
            return
        if last < begin:
            raise BackendError("invalid", f"{session.server}: its parts of {attribute} go backwards")
        begin = last + 1


def members(session: Session, group: Target, *, step: int = VALUES) -> Iterator[str]:
    """The distinguished names of a group's own members. Raises BackendError."""
    return (value.decode("utf-8", "replace") for value in values(session, group, "member", step=step))


def nested_members(
    session: Session, base: str, group: str, attributes: Sequence[str] = (), *, condition: Filter = USERS
) -> Iterator[Entry]:
    """Who is in the group by any number of groups between, each once, below `base`; loops do no harm.

    `group` is its distinguished name. Primary groups are no memberships to a directory. Raises BackendError.
    """
    return search(session, base, condition & in_chain("memberOf", group), attributes)
