"""The way to the identity provider and back: the sign-in page says in one sentence what went wrong."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from web.access import secret, sessions
from web.access.answers import SIGN_IN, own_path
from web.access.guard import address_of
from web.access.provider import provider_of
from web.acts import sign_in_oidc as acts
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.notice import acted

router = APIRouter(include_in_schema=False)

START = f"{SIGN_IN}/oidc"
CALLBACK = f"{START}/callback"
#: What ties an attempt to the browser that began it; several tabs share it.
COOKIE = "tickworks_oidc"
#: Longer ones are none of ours, and none of the provider's.
LONGEST, LONGEST_CODE = 200, 4000
#: How long the cookie stays, in s: as long as an attempt.
STAYS = 600


@router.get(START)
def start(request: Request, site: Here, next: str = "/") -> Response:
    """Send the browser to the provider; where it wants to go afterwards is kept here."""
    wanted = own_path(next)[:2000]
    browser = _held(request) or secret.made()
    try:
        address = acts.begin(
            site,
            provider_of(request, site),
            browser=browser,
            wanted=wanted,
            redirect_uri=_redirect_uri(request, site),
        )
    except Refusal as refusal:
        return _told(request, refusal, wanted)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        COOKIE,
        browser,
        max_age=STAYS,
        path=START,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return answer


@router.get(CALLBACK)
def callback(
    request: Request, site: Here, code: str = "", state: str = "", error: str = "", iss: str = ""
) -> Response:
    """The browser is back: sign it in, or say why not. The code does not stay in its address."""
    wanted, address = "/", address_of(request)
    try:
        provider = provider_of(request, site)
        back = acts.resume(
            site,
            state=state[:LONGEST],
            browser=_held(request),
            code=code[:LONGEST_CODE],
            error=error[:LONGEST],
            issuer=iss[:LONGEST_CODE],
            address=address,
        )
        wanted = back.wanted
        made = acts.finish(
            site,
            provider,
            back,
            redirect_uri=_redirect_uri(request, site),
            address=address,
            agent=request.headers.get("user-agent", ""),
        )
    except Refusal as refusal:
        return _told(request, refusal, wanted)
    answer = RedirectResponse(wanted, 303)
    sessions.hand_out(request, answer, made)
    return answer


def _held(request: Request) -> str:
    held = request.cookies.get(COOKIE, "")
    return held if held.isascii() and len(held) <= LONGEST else ""


def _redirect_uri(request: Request, site: Here) -> str:
    own = f"{request.url.scheme}://{request.url.netloc}"
    return (site.settings.web.public_url.rstrip("/") or own) + CALLBACK


def _told(request: Request, refusal: Refusal, wanted: str) -> Response:
    to = SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted, safe='/')}"
    said = str(refusal)
    return acted(request, said[:1].upper() + said[1:], tone="bad", to=to)
