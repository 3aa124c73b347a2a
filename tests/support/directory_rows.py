"""Directories with users of each state, written without a controller, for pages that are looked at."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from domain.directory import dn
from domain.directory.user import UserFacts, UserState
from node.site import Site
from store import database
from store.directory import backup, published, state, user
from store.directory.published import GroupRow, News, UserRow
from tests.support.object_site import add

DAY = 86_400.0
BASE = "DC=corp,DC=example,DC=org"
SCRIPT = "<script>alert(1)</script>"
#: The state of each user: Anna is locked, Ben's password ends soon, Carl is off, Dora gone, the room a room.
NAMES = ("Anna Smith", "Ben Brown", "Carl Off", "Dora Gone", f"Meeting {SCRIPT}")
#: A copy of somebody who was deleted, and tries to be more than a text.
GONE = backup.Row(
    "user",
    str(UUID(int=7)),
    "deleted by job 7",
    json.dumps(
        {"dn": dn.child(BASE, "CN", f"Eve {SCRIPT}"), "mail": "eve@example.org", "memberOf": ["a", "b"]}
    ),
)


def directories(site: Site, *, organisation: str = "Acme", now: float | None = None) -> dict[str, int]:
    """Two directories, of which one was never read and one has the users of `NAMES`: name -> id."""
    at = site.clock.now() if now is None else now
    owner = add(site, "organisation", name=organisation)["id"]
    made = add(site, "directory", name="corp", host="dc1.example.org", username="reader", password="env:DC")[
        "id"
    ]
    other = add(site, "directory", name="broken", host="dc2.example.org", username="reader", base=BASE)["id"]
    unit = add(
        site, "directory_unit", name="Acme", directory="corp", dn=f"OU=Acme,{BASE}", organisation=organisation
    )["id"]
    rows = [
        UserRow(str(UUID(int=number + 1)), _facts(number, name, at), unit, owner if number < 2 else None)
        for number, name in enumerate(NAMES)
    ]
    group = GroupRow(str(UUID(int=99)), f"CN=staff,{BASE}", "staff", "staff", "h", [rows[0].guid])

    def work(tx: Any) -> dict[str, int]:
        published.publish(tx, made, News(rows, [group], full=True), at - DAY)
        backup.put(tx, made, [GONE], at)
        published.publish(tx, made, News(gone_users=[rows[3].guid]), at - 60)
        published.end(tx, made, since=None, cookie="c", base="", owners="", full=True, note="", began=at - 60)
        state.failed(tx, other, "unreachable", f"dc2.example.org:636: nobody listens there {SCRIPT}", at)
        known = {each.name: each.id for each in user.known(tx, made).values()}
        user.lock(tx, known[NAMES[0]], at - 300, at)
        ends = [(known[NAMES[1]], 5.5), (known[NAMES[0]], 30.5)]
        user.password_ends(
            tx, [(each, UserState(False, None, "at", at + days * DAY)) for each, days in ends], at
        )
        tx.run(
            "INSERT INTO user_service (user_id, service, ref, seen_at) VALUES (?, ?, ?, ?)",
            (known[NAMES[0]], "RDS", "CN=rds", at),
        )
        return known

    return database.write(work)


def _facts(number: int, name: str, at: float) -> UserFacts:
    sam = name.split()[0].lower()
    return UserFacts(
        dn=f"CN={name},OU=Acme,{BASE}",
        sam=sam,
        upn=f"{sam}@corp.example.org",
        name=name,
        mail=f"{sam}@example.org" if number else "",
        employee_id=str(number),
        phone="",
        kind="room" if number == 4 else "user",
        enabled=number != 2,
        must_change=False,
        password_changed_at=at - 10 * DAY,
        expires_at=None,
    )
