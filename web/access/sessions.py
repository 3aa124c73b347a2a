"""Sessions of the page: a cookie with a random secret, and a row that can be ended at any time."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from store import database, session
from store.tx import Tx
from web.access import secret
from web.access.who import Who

COOKIE = "tickworks_session"
#: Longer cookies are none of ours.
LONGEST = 200


def start(tx: Tx, *, user_id: int, address: str, agent: str, now: float) -> str:
    """Begin a session; the secret that goes into the cookie."""
    made = secret.made()
    session.start(tx, user_id=user_id, hashed=secret.hashed(made), address=address, agent=agent, now=now)
    return made


def who(held: str, address: str, now: float) -> Who | None:
    """Whose session this secret is, None if it lets nobody in; notes that it is used, once a minute."""
    if not held or len(held) > LONGEST:
        return None
    row = session.alive(database.read(), secret.hashed(held), now)
    if row is None:
        return None
    if row["seen_at"] <= now - session.SEEN_EVERY:
        database.write(lambda tx: session.seen(tx, row["id"], row["user_id"], address, now), durable=False)
    must_change = bool(row["must_change"])
    return Who(row["name"], row["role"], "page", row["user_id"], row["id"], must_change)


def held(request: Request) -> str:
    """The secret that the browser sent, or nothing."""
    return request.cookies.get(COOKIE, "")


def hand_out(request: Request, response: Response, made: str) -> None:
    """Put the cookie into an answer: not for scripts or other sites, and for TLS only where we have it."""
    response.set_cookie(
        COOKIE,
        made,
        max_age=int(session.ABSOLUTE),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def take_back(request: Request, response: Response) -> None:
    """Have the browser forget it."""
    response.delete_cookie(
        COOKIE, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )
