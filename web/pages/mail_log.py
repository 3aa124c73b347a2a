"""The mail log: what went out, what waits and why."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response

from store import database
from web.access.guard import Operator, Viewer
from web.acts.mail_log import Mails
from web.acts.refusal import Refusal
from web.here import Here
from web.live.stream import own_address
from web.pages.acting import act
from web.pages.job_rows import printable
from web.pages.render import fragment, render
from web.shown import mail_log as shown

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Word = Annotated[str, Query(max_length=320)]
ROWS = 50
#: How a state looks: its icon and its tone.
LOOKS = {
    "queued": ("waiting", "quiet"),
    "sending": ("running", "busy"),
    "unknown": ("missing", "warn"),
    "sent": ("done", "good"),
    "kept": ("pause", "quiet"),
    "failed": ("failed", "bad"),
}


@router.get("/mail")
def index(
    request: Request,
    site: Here,
    who: Viewer,
    state: Word = "",
    family: Word = "",
    to: Word = "",
    q: Word = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The mails, the newest first; to a search from the page itself, only the table."""
    tx = database.read()
    asked = {"state": state if state in shown.STATES else "", "family": printable(family)}
    asked |= {"to": printable(to), "q": printable(q)}
    wanted = shown.Wanted(
        asked["state"] or None, asked["family"] or None, asked["to"] or None, asked["q"] or None
    )
    found = shown.page(tx, wanted, ROWS, before)
    kept = {name: value for name, value in asked.items() if value}
    values = {
        "mails": found["mails"],
        "asked": asked,
        "older": f"/mail?{urlencode({**kept, 'before': found['next']})}" if found["next"] else "",
        "newest": f"/mail?{urlencode(kept)}" if before else "",
        "looks": LOOKS,
        "may": who.may("operator"),
    }
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment("_mails.html", zone=site.zone, **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    return render(
        request,
        who,
        "mail_log.html",
        states=shown.STATES,
        families=shown.families(tx),
        counts=shown.counts(tx),
        **values,
    )


@router.get("/mail/{mail_id}")
def one(request: Request, who: Viewer, mail_id: Id) -> Response:
    """One mail with every try; its text is for operators."""
    row = shown.one(database.read(), mail_id)
    if row is None:
        raise Refusal("unknown_mail", f"there is no mail {mail_id}: look at all of them")
    return render(request, who, "mail.html", mail=row, looks=LOOKS, may=who.may("operator"))


@router.post("/mail/{mail_id}/retry")
def retry(request: Request, site: Here, who: Operator, mail_id: Id) -> Response:
    """Try it again."""

    def work() -> str:
        Mails(site, by=who.name).retry(mail_id)
        return f"mail {mail_id} is tried with the next run that sends"

    return act(request, work)


@router.post("/mail/{mail_id}/cancel")
def cancel(request: Request, site: Here, who: Operator, mail_id: Id) -> Response:
    """Take it out."""

    def work() -> str:
        Mails(site, by=who.name).cancel(mail_id)
        return f"mail {mail_id} is cancelled"

    return act(request, work)
