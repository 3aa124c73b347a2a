"""My profile: my sessions, my password, my access tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from node.site import Site
from store import database
from web.access.guard import Viewer
from web.access.who import ROLES, Who
from web.acts import sign_in, tokens
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.notice import acted
from web.pages.render import render
from web.shown import users

router = APIRouter(include_in_schema=False)

SessionId = Annotated[int, Path(ge=1, le=2**63 - 1)]
#: Days a token may be good for; 0 is for ever.
TERMS = (30, 90, 365, 0)


@router.get("/profile")
def profile(request: Request, site: Here, who: Viewer) -> Response:
    """The page."""
    return _page(request, site, who)


@router.post("/profile/sessions/end-others")
def end_others(request: Request, site: Here, who: Viewer) -> Response:
    """End all my sessions but this."""
    count = sign_in.end_other_sessions(site, who)
    return acted(
        request, f"{count} other sessions ended" if count != 1 else "1 other session ended", to="/profile"
    )


@router.post("/profile/sessions/{session_id}/end")
def end_session(request: Request, site: Here, who: Viewer, session_id: SessionId) -> Response:
    """End one of my sessions."""
    if sign_in.end_session(site, who, session_id):
        return acted(request, "the session has ended", to="/profile")
    return acted(request, "that session had ended already, or is not yours", tone="bad", to="/profile")


@router.post("/profile/tokens")
def add_token(
    request: Request,
    site: Here,
    who: Viewer,
    name: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "viewer",
    days: Annotated[int, Form()] = TERMS[0],
) -> Response:
    """Make a token of mine; the answer shows it, once."""
    try:
        if who.via != "page":
            raise Refusal("sign_in_needed", "a token makes no tokens: sign in at the page")
        if not who.may(role if role in ROLES else "viewer"):
            raise Refusal("role_too_high", f"you are {who.role}: a token may not do more than its owner")
        made = tokens.add(site, name, owner=who.name, role=role, days=days or None, by=who.name)
    except Refusal as refused:
        return _page(request, site, who, status_code=422, problem=str(refused))
    return _page(request, site, who, made=made)


@router.post("/profile/tokens/{prefix}/revoke")
def revoke_token(request: Request, site: Here, who: Viewer, prefix: str) -> Response:
    """Revoke a token of mine."""
    try:
        done = tokens.revoke(site, prefix, by=who.name, user_id=who.user_id)
    except Refusal as refused:
        return acted(request, str(refused), tone="bad", to="/profile")
    return acted(request, "the token is revoked" if done else "it was revoked already", to="/profile")


def _page(
    request: Request, site: Site, who: Who, *, status_code: int = 200, made: str = "", problem: str = ""
) -> Response:
    tx, now = database.read(), site.clock.now()
    return render(
        request,
        who,
        "profile.html",
        status_code=status_code,
        sessions=users.sessions(tx, who.user_id, now, who.session_id),
        tokens=users.tokens(tx, now, who.user_id),
        roles=[role for role in ROLES if who.may(role)],
        terms=TERMS,
        made=made,
        problem=problem,
    )
