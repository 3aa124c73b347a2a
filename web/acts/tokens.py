"""Access tokens: made, shown once, revoked."""

from __future__ import annotations

from node.site import Site
from store import api_token, change, database
from store.tx import Tx
from web.access import tokens
from web.access.who import ROLES
from web.acts.refusal import Refusal
from web.acts.users import checked_role, one

LONGEST_DAYS = 3650


def add(
    site: Site,
    name: str,
    *,
    owner: str,
    role: str,
    days: float | None,
    by: str,
    reason: str | None = None,
) -> str:
    """Make a token of the user `owner` that expires after `days` (None: never); the token, told only here.

    Raises Refusal (unknown_user, bad_value, role_too_high, disabled).
    """
    name = name.strip()
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise Refusal("bad_value", "name: say in 1 to 100 characters what the token is for")
    if days is not None and not 0 < days <= LONGEST_DAYS:
        raise Refusal("bad_value", f"days: expected 1 to {LONGEST_DAYS}, got {days:g}")
    role = checked_role(role)
    now = site.clock.now()
    prefix, made = tokens.made()
    expires_at = None if days is None else now + days * 86400

    def work(tx: Tx) -> None:
        row = one(tx, owner)
        if ROLES.index(role) > ROLES.index(row["role"]):
            raise Refusal(
                "role_too_high", f"{row['name']} is {row['role']}: a token may not do more than its owner"
            )
        if row["disabled_at"] is not None:
            raise Refusal("disabled", f"{row['name']} is disabled: `tickworks user enable` comes first")
        api_token.add(
            tx,
            prefix=prefix,
            hashed=tokens.kept(made),
            name=name,
            user_id=row["id"],
            role=role,
            expires_at=expires_at,
            now=now,
        )
        after = {"name": name, "user": row["name"], "role": role, "expires_at": expires_at}
        change.record(
            tx, actor=by, action="token add", target=f"token {prefix}", now=now, after=after, reason=reason
        )

    database.write(work)
    return made


def revoke(
    site: Site, prefix: str, *, by: str, user_id: int | None = None, reason: str | None = None
) -> bool:
    """End a token (one of this user's, if given); False if it was revoked. Raises Refusal (unknown_token).

    The whole token may be given for its prefix, which is all that is repeated of it.
    """
    prefix = prefix.removeprefix(f"{tokens.MARK}_").partition("_")[0]
    now = site.clock.now()

    def work(tx: Tx) -> bool:
        if not (prefix.isascii() and prefix.isalnum() and api_token.known(tx, prefix, user_id)):
            raise Refusal("unknown_token", f"there is no token {prefix!r}: `tickworks token list` shows them")
        done = api_token.revoke(tx, prefix, now)
        if done:
            change.record(
                tx, actor=by, action="token revoke", target=f"token {prefix}", now=now, reason=reason
            )
        return done

    return database.write(work)
