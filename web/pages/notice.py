"""How an act on a page answers: one sentence, where the operator looks, with or without a script."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup

from web.pages.pointed import pointed

COOKIE = "notice"
#: Longer ones do not fit a cookie.
LONGEST = 600


def acted(request: Request, text: str, *, tone: str = "good", to: str | None = None) -> Response:
    """The answer to an act that was done (`tone` "good") or refused ("bad").

    A page with scripts stays where it is (or goes to `to`); without, the browser goes back to where
    it came from, and the sentence goes along.
    """
    if request.headers.get("hx-request") and to is None:
        status = 200 if tone == "good" else 409
        return HTMLResponse(partial(text, tone), status)
    target = to or _back(request)
    if request.headers.get("hx-request"):
        answer: Response = Response(status_code=204, headers={"hx-redirect": target})
    else:
        answer = RedirectResponse(target, 303)
    answer.set_cookie(
        COOKIE, f"{tone}.{quote(text[:LONGEST])}", max_age=30, httponly=True, samesite="lax", path="/"
    )
    return answer


def partial(text: str, tone: str = "good") -> str:
    """The sentence as a part that htmx puts into the page's notice."""
    return Markup(
        '<hx-partial hx-target="#notice" hx-swap="innerHTML"><p class="notice {}">{}</p></hx-partial>'
    ).format("good" if tone == "good" else "bad", pointed(text))


def taken(request: Request) -> tuple[str, str] | None:
    """Tone and sentence that the last act left for the next page."""
    tone, dot, text = request.cookies.get(COOKIE, "").partition(".")
    if not dot or tone not in ("good", "bad"):
        return None
    return tone, unquote(text)[:LONGEST]


def _back(request: Request) -> str:
    """The path the request came from, never another site's."""
    parts = urlsplit(request.headers.get("referer", ""))
    if parts.netloc != request.headers.get("host") or not parts.path.startswith("/"):
        return "/"
    path = "/" + parts.path.lstrip("/")
    return f"{path}?{parts.query}" if parts.query else path
