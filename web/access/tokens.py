"""Access tokens of programs: ``tw_<prefix>_<random>``, sent as ``Authorization: Bearer``."""

from __future__ import annotations

import secrets

from store import api_token, database
from web.access import secret
from web.access.who import Who, lower

#: A token is found in logs and by scanners of leaked secrets by how it begins.
MARK = "tw"
LONGEST = 200


def made() -> tuple[str, str]:
    """A new token: the prefix by which it is known, and the whole, which is shown once."""
    prefix = secrets.token_hex(4)
    return prefix, f"{MARK}_{prefix}_{secret.made()}"


def kept(token: str) -> str:
    """What the database keeps of a token."""
    return secret.hashed(token)


def who(held: str, now: float) -> Who | None:
    """Whose token this is; None if it lets nobody in. It never may more than its owner may now."""
    if not held.startswith(f"{MARK}_") or len(held) > LONGEST:
        return None
    row = api_token.alive(database.read(), kept(held), now)
    if row is None:
        return None
    if (row["last_used_at"] or 0) <= now - api_token.USED_EVERY:
        database.write(lambda tx: api_token.used(tx, row["prefix"], now), durable=False)
    return Who(row["name"], lower(row["role"], row["user_role"]), "api", row["user_id"])


def bearer(authorization: str | None) -> str | None:
    """The token of an ``Authorization`` header; None if there is no bearer in it."""
    scheme, _, held = (authorization or "").partition(" ")
    return held.strip() if scheme.lower() == "bearer" else None
