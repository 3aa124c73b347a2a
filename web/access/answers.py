"""What somebody hears who may not come in: programs a problem document, people a page that helps."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from web.access.guard import NotAllowed, NotSignedIn, PasswordNeeded
from web.access.problem import problem
from web.pages.render import render

SIGN_IN = "/sign-in"
NEW_PASSWORD = "/profile/password"


def add(app: FastAPI) -> None:
    """Answer the errors of `web.access.guard`."""

    @app.exception_handler(NotSignedIn)
    def nobody(request: Request, _: NotSignedIn) -> Response:
        if for_programs(request):
            return problem(
                401,
                "Sign in first",
                "send a valid access token (Authorization: Bearer …), or sign in at the page",
                code="not_signed_in",
                headers={"www-authenticate": "Bearer"},
            )
        return _go(request, f"{SIGN_IN}?next={quote(_wanted(request), safe='/')}")

    @app.exception_handler(PasswordNeeded)
    def one_time(request: Request, _: PasswordNeeded) -> Response:
        if for_programs(request):
            return problem(
                403,
                "Choose a password first",
                f"yours is a one-time password: choose your own at {NEW_PASSWORD}",
                code="password_change_needed",
            )
        return _go(request, NEW_PASSWORD)

    @app.exception_handler(NotAllowed)
    def too_little(request: Request, error: NotAllowed) -> Response:
        said = str(error)
        if for_programs(request):
            return problem(403, "Not allowed", said, code="not_allowed")
        return render(request, error.who, "not_allowed.html", status_code=403, said=said, role=error.role)


def for_programs(request: Request) -> bool:
    """Whether the answer goes to a program: the API, or whoever comes with a token."""
    return request.url.path.startswith("/api/") or "authorization" in request.headers


def own_path(wanted: str) -> str:
    """A path on this site to go on to; ``/`` for anything that could lead elsewhere."""
    if not wanted.startswith("/") or wanted.startswith("//") or "\\" in wanted:
        return "/"
    if any(ord(letter) < 33 or ord(letter) == 127 for letter in wanted):
        return "/"
    parts = urlsplit(wanted)
    return "/" if parts.scheme or parts.netloc else wanted


def _wanted(request: Request) -> str:
    """Where somebody was going, to take them there once they are in."""
    if request.method != "GET" or "hx-request" in request.headers:
        return "/"
    query = f"?{request.url.query}" if request.url.query else ""
    return own_path(request.url.path + query)


def _go(request: Request, path: str) -> Response:
    """Send a browser elsewhere: the page as a whole, also where htmx has asked for a part of it."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"hx-redirect": path})
    return RedirectResponse(path, 303)
