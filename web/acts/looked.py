"""What failed since a user last looked: until when they have seen the runs that failed."""

from __future__ import annotations

from node.site import Site
from store import change, database, user
from store.tx import Tx
from web.acts.refusal import Refusal

#: The name under which it is kept among a user's settings.
NAME = "runs_seen_at"


def seen(site: Site, user_id: int, *, by: str) -> float:
    """They have seen all that failed up to now; that instant, UTC epoch seconds.

    Raises Refusal (unknown_user).
    """
    now = site.clock.now()

    def work(tx: Tx) -> None:
        if not user.keep(tx, user_id, NAME, now):
            raise Refusal("unknown_user", f"there is no user {by} any more: sign in again")
        change.record(tx, actor=by, action="runs seen", target=f"user {by}", now=now)

    database.write(work)
    return now


def seen_until(tx: Tx, user_id: int) -> float | None:
    """Up to when a user has seen them: since they were made, until they say so. None: there is no user."""
    row = user.by_id(tx, user_id)
    if row is None:
        return None
    return float(user.settings(tx, user_id).get(NAME, row["created_at"]))
