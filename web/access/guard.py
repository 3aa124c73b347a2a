"""Who may come in: each route takes one of `Viewer`, `Operator`, `Admin` as its parameter ``who``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from web.access import sessions, tokens
from web.access.who import Who
from web.here import Here

#: Only so that the API's description tells of it: the guard reads the header itself.
_BEARER = HTTPBearer(
    auto_error=False, description="An access token: `tickworks token add`, or the profile page."
)
Bearer = Annotated[Any, Security(_BEARER)]


class NotSignedIn(Exception):
    """Nobody, or nobody any more."""


class NotAllowed(Exception):
    """It takes a role that `who` does not have."""

    def __init__(self, role: str, who: Who) -> None:
        super().__init__(f"this takes the role {role}; {who.name} is {who.role} here")
        self.role = role
        self.who = who


class PasswordNeeded(Exception):
    """A password that was made for somebody must be changed by them first."""


def identified(request: Request, site: Here) -> Who | None:
    """Who sent this; None for nobody. A bearer token counts before a session, and a wrong one is nobody."""
    now = site.clock.now()
    token = tokens.bearer(request.headers.get("authorization"))
    if token is not None:
        return tokens.who(token, now)
    return sessions.who(sessions.held(request), address_of(request), now)


def address_of(request: Request) -> str:
    """The address a request came from."""
    return request.client.host if request.client else ""


Known = Annotated[Who | None, Depends(identified)]


def signed_in(who: Known) -> Who:
    """Anybody at all, also with a one-time password. Raises NotSignedIn."""
    if who is None:
        raise NotSignedIn
    return who


def viewer(who: Known, _: Bearer) -> Who:
    """Raises NotSignedIn, PasswordNeeded."""
    return _with_role("viewer", who)


def operator(who: Known, _: Bearer) -> Who:
    """Raises NotSignedIn, PasswordNeeded, NotAllowed."""
    return _with_role("operator", who)


def admin(who: Known, _: Bearer) -> Who:
    """Raises NotSignedIn, PasswordNeeded, NotAllowed."""
    return _with_role("admin", who)


def _with_role(role: str, who: Who | None) -> Who:
    if who is None:
        raise NotSignedIn
    if who.must_change:
        raise PasswordNeeded
    if not who.may(role):
        raise NotAllowed(role, who)
    return who


#: The guards and the role each asks for; None: being signed in is enough.
GUARDS: dict[Callable[..., Any], str | None] = {
    signed_in: None,
    viewer: "viewer",
    operator: "operator",
    admin: "admin",
}

SignedIn = Annotated[Who, Depends(signed_in)]
Viewer = Annotated[Who, Depends(viewer)]
Operator = Annotated[Who, Depends(operator)]
Admin = Annotated[Who, Depends(admin)]
