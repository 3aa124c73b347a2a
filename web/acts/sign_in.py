"""Signing in and out, and choosing one's own password."""

from __future__ import annotations

import math
from typing import Any

from domain.time.spoken import span
from node.site import Site
from store import change, database, session, sign_in_wait, user
from store.tx import Tx
from web.access import passwords, sessions
from web.access.wait_key import account_key, address_key
from web.access.who import Who
from web.acts.refusal import Refusal
from web.acts.users import NAME, checked_password


def sign_in(site: Site, name: str, password: str, *, address: str, agent: str) -> str:
    """Begin a session; the secret for the cookie.

    Raises Refusal: wait (after failures, also with the right password), wrong_password (or no such
    user, or a disabled one: which of them is not told).
    """
    row = user.by_name(database.read(), name) if NAME.fullmatch(name) else None
    now = site.clock.now()
    _attempt(name, address, now)
    right = passwords.matches(row["password"] if row else None, password)
    if row is None or not right or row["disabled_at"] is not None:
        _failed(row, now)
        raise Refusal("wrong_password", "name or password is wrong: try again")

    def work(tx: Tx) -> str:
        _succeeded(tx, name, address)
        # What was checked must still be so: a password or an account may have been taken away meanwhile.
        fresh = user.by_id(tx, row["id"])
        if fresh is None or fresh["disabled_at"] is not None or fresh["password"] != row["password"]:
            raise Refusal("wrong_password", "name or password is wrong: try again")
        change.record(tx, actor=row["name"], action="sign in", target=f"user {row['name']}", now=now)
        return sessions.start(tx, user_id=row["id"], address=address, agent=agent, now=now)

    return database.write(work)


def sign_out(site: Site, who: Who) -> None:
    """End the session of this request."""
    now = site.clock.now()

    def work(tx: Tx) -> None:
        if who.session_id is not None and session.end(tx, who.session_id, who.user_id, now):
            change.record(tx, actor=who.name, action="sign out", target=f"user {who.name}", now=now)

    database.write(work)


def choose_password(site: Site, who: Who, old: str, new: str, *, address: str, agent: str) -> str:
    """Change one's own password: all sessions end, a new one begins; the secret for its cookie.

    Raises Refusal (wait, wrong_password, bad_value).
    """
    row = user.by_id(database.read(), who.user_id)
    now = site.clock.now()
    _attempt(who.name, address, now)
    if row is None or not passwords.matches(row["password"], old):
        _failed(row, now)
        raise Refusal("wrong_password", "the password you have now is not this one: try again")
    database.write(lambda tx: _succeeded(tx, who.name, address))
    if new == old:
        raise Refusal("bad_value", "the password cannot be used: it is the one you have now")
    hashed = passwords.hashed(checked_password(new, who.name))

    def work(tx: Tx) -> str:
        if not user.set_password(tx, who.user_id, hashed, must_change=False, old=row["password"]):
            raise Refusal(
                "edited_meanwhile", "somebody else has changed your password: sign in with that one"
            )
        session.end_all(tx, who.user_id, now)
        change.record(tx, actor=who.name, action="user password", target=f"user {who.name}", now=now)
        return sessions.start(tx, user_id=who.user_id, address=address, agent=agent, now=now)

    return database.write(work)


def end_session(site: Site, who: Who, session_id: int) -> bool:
    """End one of one's own sessions; False if it had ended or is another's."""
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        done = session.end(tx, session_id, who.user_id, now)
        if done:
            change.record(tx, actor=who.name, action="session end", target=f"user {who.name}", now=now)
        return done

    return database.write(work)


def end_other_sessions(site: Site, who: Who) -> int:
    """End all one's sessions but this; how many."""
    now = site.clock.now()

    def work(tx: Tx) -> int:
        count = session.end_all(tx, who.user_id, now, but=who.session_id)
        if count:
            target = f"user {who.name}"
            change.record(
                tx, actor=who.name, action="session end", target=target, now=now, after={"count": count}
            )
        return count

    return database.write(work)


def _attempt(name: str, address: str, now: float) -> None:
    account, place = account_key(name), address_key(address)
    try:
        database.write(lambda tx: sign_in_wait.attempt(tx, account, place, now))
    except sign_in_wait.Waiting as waiting:
        seconds = math.ceil(waiting.seconds)
        raise Refusal("wait", f"too many wrong passwords: try again in {span(seconds)}") from None


def _succeeded(tx: Tx, name: str, address: str) -> None:
    sign_in_wait.succeeded(tx, account_key(name), address_key(address))


def _failed(row: dict[str, Any] | None, now: float) -> None:
    """Into the audit trail, but only for names that exist: what was typed may be a password."""
    if row is None:
        return
    target = f"user {row['name']}"
    database.write(
        lambda tx: change.record(tx, actor=row["name"], action="sign in refused", target=target, now=now)
    )
