"""From a template to a page: the frame that all pages share, and how they write times."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from domain.time import spoken
from node.prepare import release
from web.access.who import Who
from web.pages import header, notice
from web.pages.pointed import pointed
from web.pages.service_rows import OUTCOMES
from web.static_files import address

TEMPLATES = Path(__file__).parents[1] / "templates"
#: Between a small letter and a capital.
_PARTS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def render(
    request: Request, who: Who | None, template: str, /, *, status_code: int = 200, **values: Any
) -> HTMLResponse:
    """A page; `who` is None where nobody is signed in. The frame's own values are added.

    The answer takes the notice of the last act along, if there is one.
    """
    said = notice.taken(request)
    frame = {} if who is None else header.values(request, who)
    text = (
        environment()
        .get_template(template)
        .render(
            **frame,
            site_name=request.app.state.site.settings.site.name,
            zone=request.app.state.site.zone,
            release=release(),
            path=request.url.path,
            address=str(request.url.replace(scheme="", netloc="")),
            who=who,
            notice=said,
            now=request.app.state.site.clock.now(),
            **values,
        )
    )
    answer = HTMLResponse(text, status_code)
    if said:
        answer.delete_cookie(notice.COOKIE)
    return answer


def fragment(template: str, /, **values: Any) -> str:
    """A part of a page, as HTML."""
    return environment().get_template(template).render(**values)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates. A name that nobody gave is an error, not an empty cell."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"static": address, "icon": icon, "outcomes": OUTCOMES}
    made.filters |= {
        "moment": moment,
        "span": lambda seconds: spoken.NOTHING if seconds is None else spoken.span(seconds),
        "took": spoken.took,
        "count": spoken.count,
        "parted": parted,
        "pointed": pointed,
        "words": lambda text: str(text).replace("_", " "),
        "zone": ZoneInfo,
        "clock": lambda at, zone: f"{datetime.fromtimestamp(at, zone):%Y-%m-%d %H:%M:%S}",
    }
    return made


def moment(at: str | None, zone: Any, style: str = "ago") -> str:
    """An RFC 3339 instant as a ``<time>`` that the browser keeps true.

    `style`: "ago" (or "in"), "due" (says so once it is past), "for" (how long since), "clock" (the
    wall clock of `zone`). What stands in it is the wall clock, so that the page is right without a
    script and can be kept as it is.
    """
    if at is None:
        return Markup(f'<span class="none">{spoken.NOTHING}</span>')
    local = datetime.fromisoformat(at).astimezone(zone)
    said = f"{local:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}" data-style="{}" title="{} {}">{}</time>').format(
        escape(at), style, said, f"{local:%Z}", said
    )


def parted(name: str) -> Markup:
    """A name such as ServerStatsWork, which may be broken between its parts where there is no room for it."""
    return Markup("<wbr>").join(_PARTS.split(name))


def icon(name: str) -> Markup:
    """One of the icons of ``_icons.html``; the word beside it says the same."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>').format(name)
