"""The first user of a site, so that somebody can sign in; there is never a password that others know."""

from __future__ import annotations

from store import change, user
from store.tx import Tx
from web.access import passwords

NAME = "admin"


def first_admin(tx: Tx, now: float) -> str | None:
    """Make the user ``admin`` where there is no user at all; the one-time password, else None."""
    if not user.none_at_all(tx):
        return None
    made = passwords.one_time()
    hashed = passwords.hashed(made)
    if user.add(tx, name=NAME, password=hashed, role="admin", must_change=True, now=now) is None:
        return None  # another process was first
    change.record(tx, actor="first start", action="user add", target=f"user {NAME}", now=now)
    return made
