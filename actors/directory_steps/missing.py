"""Copies of what directories have and our tables lack: kept once each, so that nothing is written over.

An object that came in half (without its GUID or account name) is left for the next time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from actors.context import Context
from actors.directories.opened import each_directory
from actors.outcome import Outcome
from domain.directory.attributes import copied

if TYPE_CHECKING:
    from backends.directory.entry import Entry
    from backends.directory.filters import Filter
    from backends.directory.server import Server
    from store.directory.backup import Row as Copy

Row = dict[str, Any]
#: What our table has of a user, and the attributes that say the same.
FIELDS = {
    "upn": "userPrincipalName",
    "mail": "mail",
    "phone": "telephoneNumber",
    "employee_id": "employeeID",
    "name": "displayName",
}
#: More that is kept of each object.
MORE = ("sAMAccountName", "title", "department", "company", "proxyAddresses", "description", "whenCreated")
EXCHANGE = (
    "msExchRecipientTypeDetails",
    "mailNickname",
    "legacyExchangeDN",
    "targetAddress",
    "msExchHideFromAddressLists",
)
LOOK = 1_000


def store_users(context: Context, timeout: float, extra: tuple[str, ...]) -> Outcome:
    """Users that we lack, or lack data of. Counts: ``read``, ``kept``, ``half``."""

    def work(directory: Row, server: Server, counts: Counter[str]) -> None:
        from backends.directory.filters import USERS
        from store import database
        from store.directory import backup

        ours = backup.copied_users(database.read(), directory["id"])
        names = ("objectClass", *FIELDS.values(), *MORE, *extra)

        def copies(found: Iterator[Entry]) -> Iterator[Copy]:
            for each in found:
                if reason := _lacks(each, ours.get(str(each.guid))):
                    yield _copy("user", each, reason)

        _keep(context, directory, server, USERS, names, copies, counts)

    return each_directory(context, work, timeout=timeout)


def store_mail_objects(context: Context, timeout: float, extra: tuple[str, ...]) -> Outcome:
    """Mailboxes, distribution lists and contacts. Counts: ``read``, ``kept``, ``half``."""

    def work(directory: Row, server: Server, counts: Counter[str]) -> None:
        from backends.directory.filters import GROUPS, USERS, equals, present

        contacts = equals("objectClass", "contact")
        condition = (USERS | GROUPS | contacts) & (present("mail") | present("proxyAddresses"))
        names = ("objectClass", "mail", "displayName", *MORE, *EXCHANGE, *extra)

        def copies(found: Iterator[Entry]) -> Iterator[Copy]:
            for each in found:
                classes = {text.lower() for text in each.texts("objectClass")}
                kind = "contact" if "contact" in classes else "list" if "group" in classes else "mailbox"
                yield _copy(kind, each, "not kept here")

        _keep(context, directory, server, condition, names, copies, counts)

    return each_directory(context, work, timeout=timeout)


def _keep(
    context: Context,
    directory: Row,
    server: Server,
    condition: Filter,
    names: tuple[str, ...],
    copies: Callable[[Iterator[Entry]], Iterator[Copy]],
    counts: Counter[str],
) -> None:
    """Read all there is, then keep what is new of it, in one transaction."""
    from backends.directory.read import search
    from backends.directory.root import read_root
    from backends.directory.session import Session
    from store import database
    from store.directory import backup

    known = backup.known(database.read(), directory["id"])
    with Session(server) as session:
        base = directory["base"] or read_root(session).domain
        found = _whole(context, search(session, base, condition, names), counts)
        new = [each for each in copies(found) if (each.kind, each.remote_id, each.reason) not in known]
    now = context.now.timestamp()
    database.write(lambda tx: backup.put(tx, directory["id"], new, now))
    counts["kept"] += len(new)


def _whole(context: Context, found: Iterator[Entry], counts: Counter[str]) -> Iterator[Entry]:
    for number, each in enumerate(found, 1):
        if number % LOOK == 0:
            context.progress(number)
            context.check_stop()
        counts["read"] += 1
        named = each.text("sAMAccountName") or "contact" in each.texts("objectClass")
        if each.guid is None or not named:
            counts["half"] += 1
            continue
        yield each


def _lacks(each: Entry, ours: Row | None) -> str:
    """Why a copy of this user is kept; "" if our table has all that the directory says."""
    if ours is None:
        return "unknown here"
    absent = [name for name, attribute in FIELDS.items() if not ours[name] and each.text(attribute)]
    return f"lacks {', '.join(absent)}" if absent else ""


def _copy(kind: str, each: Entry, reason: str) -> Copy:
    from store.directory import backup, extra

    return backup.Row(kind, str(each.id), reason, extra.text({"dn": each.dn, **copied(each.values)}))
