"""The Summary Report: charts of attempts, ASR, ACD, minutes and cost over time, and a table by group."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from node.site import Site
from store import database
from web.access.guard import Viewer
from web.acts.refusal import Refusal
from web.api.words import Word
from web.charts.columns import columns
from web.here import Here
from web.pages.calls import clients
from web.pages.render import render
from web.shown import call_summary as shown
from web.shown import calls
from web.shown.call_question import wanted

router = APIRouter(include_in_schema=False)

#: Currencies that have a chart of their own.
CURRENCIES = 3


@router.get("/calls/summary")
def index(
    request: Request,
    site: Here,
    who: Viewer,
    by: Word = "client",
    first: Word = "",
    last: Word = "",
    origin: Word = "orig",
    client: Word = "",
    gateway: Word = "",
    code: Word = "",
) -> Response:
    """The form, the charts, and a table beside for who does not see them."""
    tx = database.read()
    asked = {"first": first, "last": last, "origin": origin, "client": client, "gateway": gateway}
    asked |= {"code": code, "by": by}
    found, refusal = None, ""
    try:
        question = wanted(tx, site.clock.now(), site.zone, first, last, origin, client, gateway, code, by)
        found = shown.summary(tx, question, by)
    except Refusal as error:
        refusal = str(error)
    return render(
        request,
        who,
        "call_summary.html",
        status_code=422 if refusal else 200,
        found=found,
        charts=charts(found, site) if found else [],
        refusal=refusal,
        asked=asked,
        groups=shown.BY,
        sides=calls.SIDES,
        clients=clients(tx),
        file="/api/v1/calls/summary.csv?"
        + urlencode({name: value for name, value in asked.items() if value}),
        spoken=spoken(found) if found else "",
    )


def spoken(found: dict[str, Any]) -> str:
    """``hour`` or ``day``: what a point of the charts stands for."""
    return "hour" if found["step"] == shown.HOUR else "day"


def charts(found: dict[str, Any], site: Site) -> list[tuple[str, str]]:
    """Titles and pictures: one figure each, and cost for each currency."""
    points, step = found["points"], found["step"]
    at = [point["at"] for point in points]
    figures = [("Attempts", "attempts", ""), ("ASR, %", "asr", " %"), ("ACD, s", "acd", " s")]
    figures.append(("Minutes", "minutes", ""))
    drawn = [
        (title, columns([point[name] for point in points], at, step, site.zone, title, unit))
        for title, name, unit in figures
    ]
    for currency in list(found["total"]["cost"])[:CURRENCIES]:
        values = [float(point["cost"].get(currency, 0)) for point in points]
        title = f"Cost, {currency}" if currency else "Cost"
        drawn.append((title, columns(values, at, step, site.zone, title)))
    return drawn
