"""Users of directories, and the directories, as the command line, the API and the page show them."""

from __future__ import annotations

from typing import Any

from domain.due import days_left
from domain.time.clock import rfc3339
from node.site import Site
from store import live_family
from store.directory import listed, staff
from store.tx import Tx
from web.acts.refusal import Refusal

Shown = dict[str, Any]
SHOWS = ("all", "locked", "expiring", "off", "gone")
FAMILY = "directory"
_TIMES = ("locked_at", "password_changed_at", "password_expires_at", "expires_at", "seen_at", "state_at")
_MORE = ("changed_at", "gone_at")
_PLAIN = ("id", "guid", "dn", "sam", "upn", "name", "mail", "employee_id", "phone", "kind", "directory")
_OWN = ("organisation", "unit", "enabled", "locked", "must_change", "password_expires")


def users(
    site: Site,
    tx: Tx,
    *,
    text: str = "",
    show: Any = "all",
    organisation: str = "",
    directory: str = "",
    limit: int = 50,
    cursor: int | None = None,
) -> Shown:
    """``{users, next}`` by name; `show` is one of `SHOWS`, `next` the cursor of the next page or None."""
    now = site.clock.now()
    rows, after = listed.users(
        tx,
        now=now,
        text=text,
        show=show,
        organisation=organisation,
        directory=directory,
        limit=limit,
        after=cursor,
    )
    return {"users": [_user(row, now) for row in rows], "next": after}


def user(site: Site, tx: Tx, user_id: int) -> Shown:
    """One user with ``groups`` (name, dn), ``services`` (service, ref, seen_at) and ``attributes``.

    ``staff`` (id, name, since): the member of staff that follows this user, by its GUID, or None.

    Raises Refusal (unknown_directory_user).
    """
    row = listed.user(tx, user_id)
    if row is None:
        text = f"there is no user {user_id} of a directory: `tickworks directory users` lists them"
        raise Refusal("unknown_directory_user", text)
    ours = staff.of_user(tx, user_id)
    services = [{**each, "seen_at": rfc3339(each["seen_at"])} for each in listed.services(tx, user_id)]
    return {
        **_user(row, site.clock.now()),
        "groups": [{"name": each["name"], "dn": each["dn"]} for each in listed.groups(tx, user_id)],
        "services": services,
        "attributes": row["attrs"],
        "staff": None if ours is None else {**ours, "since": rfc3339(ours["since"])},
    }


def named(site: Site, tx: Tx, name: str) -> Shown:
    """The user with this account, sign-in name, GUID or number. Raises Refusal (unknown_directory_user)."""
    found = listed.named(tx, name.strip())
    if not found and name.isdecimal() and len(name) < 19:
        return user(site, tx, int(name))
    if len(found) == 1:
        return user(site, tx, found[0]["id"])
    if found:
        places = ", ".join(f"{each['id']} of {each['directory']}" for each in found)
        raise Refusal("unknown_directory_user", f"several users are called {name!r}: say which, {places}")
    text = f"there is no user {name!r} in a directory: `tickworks directory users` lists them"
    raise Refusal("unknown_directory_user", text)


def directories(tx: Tx) -> list[Shown]:
    """All directories by name: how many users, when the last reads were, and what went wrong."""
    times = ("full_at", "synced_at", "tried_at", "state_at", "failed_since")
    return [
        {**row, "users": row["users"] or 0, **{name: rfc3339(row[name]) for name in times}}
        for row in listed.directories(tx)
    ]


def tally(site: Site, tx: Tx) -> dict[str, int]:
    """How many users there are, are locked, and have a password that ends within 14 days."""
    return listed.tally(tx, site.clock.now())


def observes(tx: Tx) -> bool:
    """Whether nothing is changed in directories yet."""
    return live_family.observes(tx, FAMILY)


def _user(row: Shown, now: float) -> Shown:
    ends = row["password_expires_at"]
    return {
        **{name: row[name] for name in _PLAIN + _OWN},
        **{name: rfc3339(row[name]) for name in _TIMES + _MORE},
        "password_days_left": None if ends is None else days_left(ends, now),
    }
