"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from web.access import sessions
from web.access.answers import NEW_PASSWORD, SIGN_IN, own_path
from web.access.guard import Known, SignedIn, address_of
from web.acts import sign_in as acts
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.render import render

router = APIRouter(include_in_schema=False)


@router.get(SIGN_IN)
def form(request: Request, site: Here, known: Known, next: str = "/") -> Response:
    """The form; whoever is signed in goes on."""
    wanted = own_path(next)
    if known is not None and known.via == "page":
        return RedirectResponse(wanted, 303)
    oidc = site.settings.oidc
    return render(request, None, "sign_in.html", wanted=wanted, name="", problem="", oidc=oidc)


@router.post(SIGN_IN)
def enter(
    request: Request,
    site: Here,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """Sign in: 401 with the form again for a wrong password, 429 while it must wait."""
    name, wanted = name.strip(), own_path(next)
    try:
        made = acts.sign_in(
            site, name, password, address=address_of(request), agent=request.headers.get("user-agent", "")
        )
    except Refusal as refused:
        status = 429 if refused.code == "wait" else 401
        shown = {"wanted": wanted, "name": name[:64], "problem": str(refused)}
        oidc = site.settings.oidc
        return render(request, None, "sign_in.html", status_code=status, oidc=oidc, **shown)
    answer = RedirectResponse(wanted, 303)
    sessions.hand_out(request, answer, made)
    return answer


@router.post("/sign-out")
def leave(request: Request, site: Here, who: SignedIn) -> Response:
    """End this session."""
    acts.sign_out(site, who)
    answer = RedirectResponse(SIGN_IN, 303)
    sessions.take_back(request, answer)
    return answer


@router.get(NEW_PASSWORD)
def new_password(request: Request, who: SignedIn) -> Response:
    """The form for one's own password."""
    return render(request, who, "new_password.html", problem="")


@router.post(NEW_PASSWORD)
def choose_password(
    request: Request,
    site: Here,
    who: SignedIn,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Change it, and go on in a new session; 422 with the form again if it cannot be."""
    agent = request.headers.get("user-agent", "")
    try:
        if new != again:
            raise Refusal("bad_value", "the two new passwords are not the same: type both again")
        made = acts.choose_password(site, who, old, new, address=address_of(request), agent=agent)
    except Refusal as refused:
        status = 429 if refused.code == "wait" else 422
        return render(request, who, "new_password.html", status_code=status, problem=str(refused))
    answer = RedirectResponse("/", 303)
    sessions.hand_out(request, answer, made)
    return answer
