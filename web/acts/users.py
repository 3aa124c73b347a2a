"""What admins do to users; each act is one transaction with its entry in the audit trail."""

from __future__ import annotations

import re
from typing import Any

from node.site import Site
from store import api_token, change, database, session, user
from store.tx import Tx
from web.access import passwords
from web.access.who import ROLES
from web.acts.refusal import Refusal

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


def add(
    site: Site, name: str, role: str, *, by: str, password: str | None = None, reason: str | None = None
) -> str | None:
    """Make a user; the one-time password that was made for them, None if `password` was given.

    Raises Refusal (bad_value, exists).
    """
    if not NAME.fullmatch(name):
        raise Refusal(
            "bad_value",
            f"{name!r}: a name has 1 to 64 letters, digits and . _ @ -, and begins with a letter or digit",
        )
    role = checked_role(role)
    made, hashed = _password(name, password)
    now = site.clock.now()

    def work(tx: Tx) -> None:
        if user.add(tx, name=name, password=hashed, role=role, must_change=made is not None, now=now) is None:
            raise Refusal("exists", f"there is a user {name} already: `tickworks user list` shows them")
        _record(tx, by, "user add", name, now, reason, after={"role": role})

    database.write(work)
    return made


def set_role(site: Site, name: str, role: str, *, by: str, reason: str | None = None) -> bool:
    """Give a user another role, end their sessions and lower their tokens; False if it was theirs.

    Raises Refusal (unknown_user, bad_value, last_admin).
    """
    role = checked_role(role)
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        admins = user.lock_admins(tx)
        row = one(tx, name)
        if role != "admin":
            _keep_an_admin(admins, row, f"made {role}")
        if not user.set_role(tx, row["id"], role):
            return False
        session.end_all(tx, row["id"], now)
        api_token.lower_all(tx, row["id"], role, ROLES[ROLES.index(role) + 1 :])
        _record(
            tx, by, "user role", row["name"], now, reason, before={"role": row["role"]}, after={"role": role}
        )
        return True

    return database.write(work)


def set_password(
    site: Site, name: str, *, by: str, password: str | None = None, reason: str | None = None
) -> str | None:
    """Give a user another password and end their sessions; the one-time one, None if `password` was given.

    Raises Refusal (unknown_user, bad_value).
    """
    made, hashed = _password(name, password)
    now = site.clock.now()

    def work(tx: Tx) -> None:
        row = one(tx, name)
        user.set_password(tx, row["id"], hashed, must_change=made is not None)
        session.end_all(tx, row["id"], now)
        _record(tx, by, "user password", row["name"], now, reason)

    database.write(work)
    return made


def disable(site: Site, name: str, *, by: str, reason: str | None = None) -> bool:
    """Let a user in no more, neither by password nor by token; False if so already.

    Raises Refusal (unknown_user, last_admin).
    """
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        admins = user.lock_admins(tx)
        row = one(tx, name)
        _keep_an_admin(admins, row, "disabled")
        done = user.disable(tx, row["id"], now)
        if done:
            session.end_all(tx, row["id"], now)
            _record(tx, by, "user disable", row["name"], now, reason)
        return done

    return database.write(work)


def enable(site: Site, name: str, *, by: str, reason: str | None = None) -> bool:
    """Let a user in again; False if they were not kept out. Raises Refusal (unknown_user)."""
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        row = one(tx, name)
        done = user.enable(tx, row["id"])
        if done:
            _record(tx, by, "user enable", row["name"], now, reason)
        return done

    return database.write(work)


def end_sessions(site: Site, name: str, *, by: str, reason: str | None = None) -> int:
    """Sign a user out everywhere; how many sessions ended. Raises Refusal (unknown_user)."""
    now = site.clock.now()

    def work(tx: Tx) -> int:
        row = one(tx, name)
        ended = session.end_all(tx, row["id"], now)
        if ended:
            _record(tx, by, "session end", row["name"], now, reason, after={"count": ended})
        return ended

    return database.write(work)


def one(tx: Tx, name: str) -> dict[str, Any]:
    """A user's row. Raises Refusal (unknown_user)."""
    row = user.by_name(tx, name) if NAME.fullmatch(name) else None
    if row is None:
        raise Refusal("unknown_user", f"there is no user {name!r}: `tickworks user list` shows them")
    return row


def checked_role(role: str) -> str:
    """The role itself. Raises Refusal (bad_value)."""
    if role not in ROLES:
        raise Refusal("bad_value", f"role: expected {', '.join(ROLES[:-1])} or {ROLES[-1]}, got {role!r}")
    return role


def checked_password(password: str, name: str) -> str:
    """The password itself. Raises Refusal (bad_value)."""
    wrong = passwords.problem(password, name)
    if wrong:
        raise Refusal("bad_value", f"the password cannot be used: {wrong}")
    return password


def _password(name: str, password: str | None) -> tuple[str | None, str]:
    """A one-time password where none was given, and the hash of either."""
    if password is not None:
        return None, passwords.hashed(checked_password(password, name))
    made = passwords.one_time()
    return made, passwords.hashed(made)


def _keep_an_admin(admins: list[int], row: dict[str, Any], what: str) -> None:
    if admins == [row["id"]]:
        raise Refusal(
            "last_admin",
            f"{row['name']} is the last admin and cannot be {what}: make another one first "
            "(`tickworks user role NAME admin`)",
        )


def _record(
    tx: Tx,
    by: str,
    action: str,
    name: str,
    now: float,
    reason: str | None,
    before: Any = None,
    after: Any = None,
) -> None:
    change.record(
        tx, actor=by, action=action, target=f"user {name}", now=now, before=before, after=after, reason=reason
    )
