"""Orders for directories, looked at before they are taken: what could never be done is refused at once.

A job of an organisation reaches only into its own units, or everywhere in a directory that is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from actors.directory_jobs.arguments import CreateUser, ModifyUser, RenameUser, SetMembers
from domain.directory import dn, guid, names

if TYPE_CHECKING:
    from store.tx import Tx

Row = dict[str, Any]
Search = Callable[["Tx", int, str], list[Row]]


def new_user(tx: Tx, organisation: str, object: str, arguments: CreateUser) -> tuple[str, CreateUser]:
    """The account name, proposed where none is given; its directory and unit. Raises ValueError."""
    if not object:
        if arguments.if_taken != "propose":
            raise ValueError("object: name the account, or let one be proposed with if_taken=propose")
        object = names.proposed(arguments.given_name, arguments.family_name, lambda _: False)
    object = names.account_name(object)
    if not arguments.password and arguments.must_change and not arguments.enabled:
        arguments = replace(arguments, must_change=False)
    return object, _placed(tx, organisation, arguments)


def new_unit(tx: Tx, organisation: str, object: str, arguments: Any) -> tuple[str, Any]:
    """The unit's name, and where it comes. Raises ValueError."""
    return names.object_name(object), _placed(tx, organisation, arguments)


def new_group(tx: Tx, organisation: str, object: str, arguments: Any) -> tuple[str, Any]:
    """The group's account name, and where it comes. Raises ValueError."""
    return names.group_name(object), _placed(tx, organisation, arguments)


def user(tx: Tx, organisation: str, object: str, arguments: Any) -> tuple[str, Any]:
    """A user that is there, or one that an earlier job makes. Raises ValueError."""
    from store.directory import wanted

    return object, _found(tx, organisation, object, arguments, wanted.users, "user", sure=False)


def changed_user(tx: Tx, organisation: str, object: str, arguments: ModifyUser) -> tuple[str, ModifyUser]:
    """The same; something must be changed. Raises ValueError."""
    given = [name for name in vars(arguments) if name not in ("directory", "id") and getattr(arguments, name)]
    if not given:
        raise ValueError("nothing to change: give an argument such as phone")
    if both := sorted(set(given) & set(arguments.clear)):
        raise ValueError(f"{both[0]}: it is given, and to be taken away: which?")
    return user(tx, organisation, object, arguments)


def renamed_user(tx: Tx, organisation: str, object: str, arguments: RenameUser) -> tuple[str, RenameUser]:
    """The same, of names. Raises ValueError."""
    if not (arguments.account or arguments.principal or arguments.name):
        raise ValueError("nothing to change: give account, principal or name")
    return user(tx, organisation, object, arguments)


def moved_user(tx: Tx, organisation: str, object: str, arguments: Any) -> tuple[str, Any]:
    """The same, with the unit that it goes to. Raises ValueError."""
    return user(tx, organisation, object, _placed(tx, organisation, arguments))


def lost_user(tx: Tx, organisation: str, object: str, arguments: Any) -> tuple[str, Any]:
    """A user that is to go is known for certain. Raises ValueError."""
    from store.directory import wanted

    return object, _found(tx, organisation, object, arguments, wanted.users, "user", sure=True)


def lost_group(tx: Tx, organisation: str, object: str, arguments: Any) -> tuple[str, Any]:
    """A group that is to go is known for certain. Raises ValueError."""
    from store.directory import wanted

    return object, _found(tx, organisation, object, arguments, wanted.groups, "group", sure=True)


def lost_unit(tx: Tx, organisation: str, object: str, arguments: Any) -> tuple[str, Any]:
    """A unit that is to go is known for certain. Raises ValueError."""
    from store.directory import wanted

    named = {row["name"].lower(): row["dn"] for row in wanted.units(tx, organisation)}

    def search(tx: Tx, directory_id: int, word: str) -> list[Row]:
        return wanted.tree(tx, directory_id, named.get(word.lower(), word))

    return object, _found(tx, organisation, object, arguments, search, "unit", sure=True)


def members(tx: Tx, organisation: str, object: str, arguments: SetMembers) -> tuple[str, SetMembers]:
    """The group, and who comes or goes. Raises ValueError."""
    from store.directory import wanted

    if not (arguments.add or arguments.remove):
        raise ValueError("nothing to change: give add or remove")
    if both := sorted({each.lower() for each in arguments.add} & {each.lower() for each in arguments.remove}):
        raise ValueError(f"{both[0]} is to be put in and taken out: which?")
    return object, _found(tx, organisation, object, arguments, wanted.groups, "group", sure=False)


def allowed(tx: Tx, organisation: str, directory: Row) -> list[str] | None:
    """Below which names a job of this organisation may change anything; None: everywhere in it."""
    from store.directory import wanted

    if str(directory["organisation"] or "").lower() == organisation.lower():
        return None
    return [row["dn"] for row in wanted.units(tx, organisation, directory["id"])]


def _placed(tx: Tx, organisation: str, arguments: Any) -> Any:
    """With its directory, and its unit as a distinguished name."""
    from store.directory import wanted

    directory = _directory(tx, organisation, arguments.directory)
    units = wanted.units(tx, organisation, directory["id"])
    bases = allowed(tx, organisation, directory)
    given = arguments.unit
    if not given:
        if len(units) != 1:
            has = ", ".join(row["name"] for row in units) or "none"
            raise ValueError(f"unit: name one: {organisation} has {has} in {directory['name']}")
        place = units[0]["dn"]
    else:
        named = [row["dn"] for row in units if row["name"].lower() == given.lower()]
        if not named and "=" not in given:
            has = ", ".join(row["name"] for row in units) or "none"
            raise ValueError(f"unit: there is no {given!r}: {organisation} has {has} in {directory['name']}")
        place = named[0] if named else given
        if bases is not None and not any(dn.is_under(place, base) for base in bases):
            raise ValueError(f"unit: {given} is in no unit of {organisation}")
    return replace(arguments, directory=directory["name"], unit=place)


def _found(
    tx: Tx, organisation: str, object: str, arguments: Any, search: Search, what: str, *, sure: bool
) -> Any:
    """With its directory and its GUID; without a GUID only where it need not be `sure`."""
    directory = _directory(tx, organisation, arguments.directory)
    word = arguments.id or object
    if not word:
        raise ValueError(f"object: name the {what}: its account name, sign-in name or GUID")
    found = search(tx, directory["id"], word)
    if len(found) > 1:
        raise ValueError(f"object: {word} is more than one {what}: give its GUID")
    if not found and sure:
        text = f"object: no {what} {word} is known in {directory['name']}"
        raise ValueError(f"{text}: `tickworks run sync_ad_users` brings what is new")
    if not found and arguments.id:
        return replace(arguments, directory=directory["name"], id=str(guid.parse(arguments.id)))
    bases = allowed(tx, organisation, directory)
    if found and bases is not None and not any(dn.is_under(found[0]["dn"], base) for base in bases):
        raise ValueError(f"object: {word} is no {what} of {organisation}")
    return replace(arguments, directory=directory["name"], id=found[0]["guid"] if found else "")


def _directory(tx: Tx, organisation: str, name: str) -> Row:
    from store.directory import wanted

    found = wanted.directories(tx, organisation, name)
    if len(found) == 1:
        return found[0]
    if found:
        has = ", ".join(row["name"] for row in found)
        raise ValueError(f"directory: name one: {organisation} is in {has}")
    where = f" in an active directory {name!r}" if name else " in any active directory"
    raise ValueError(f"organisation: {organisation} has no unit{where}: add an object directory_unit for it")
