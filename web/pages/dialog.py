"""A question or form that opens as a dialog, and as a page of its own where there is no script."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from web.access.who import Who
from web.pages.render import fragment, render

#: A part of an answer; an empty dialog closes itself.
CLOSED = Markup('<hx-partial hx-target="#dialog" hx-swap="innerHTML"></hx-partial>')


def dialog(request: Request, who: Who, template: str, title: str, /, **values: Any) -> Response:
    """The template's ``<div class="inside">``, alone for htmx, within the frame for a browser."""
    inside = fragment(template, **values)
    if "hx-request" in request.headers:
        return HTMLResponse(inside)
    return render(request, who, "dialog_page.html", page_title=title, inside=inside)
