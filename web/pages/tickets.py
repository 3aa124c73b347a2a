"""The pages of tickets: the list with its filters, and one with its thread and what agents do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from fastapi import File as Uploaded
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from domain.mail_in.files import File
from domain.mail_in.handed_in import LARGEST, MOST
from node.site import Site
from store import database
from store.object import read as objects
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.acts.refusal import Refusal
from web.acts.ticket_opening import LONGEST_TEXT
from web.acts.tickets import Tickets
from web.api.problem import status_of
from web.here import Here
from web.live.stream import own_address
from web.pages.acting import act
from web.pages.notice import acted
from web.pages.render import fragment, render
from web.shown import tickets as shown
from web.shown.ticket_file import saved

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Word = Annotated[str, Query(max_length=200)]
Said = Annotated[str, Form(max_length=LONGEST_TEXT)]
Revision = Annotated[int | None, Form(ge=0, le=2**63 - 1)]
ROWS = 50

#: How a state looks: its icon and its tone.
LOOKS = {
    "open": ("overdue", "warn"),
    "waiting": ("waiting", "quiet"),
    "closed": ("done", "good"),
    "deleted": ("disabled", "quiet"),
    "unconfirmed": ("pause", "quiet"),
}


@router.get("/tickets")
def index(
    request: Request,
    site: Here,
    who: Viewer,
    state: Word = "",
    priority: Word = "",
    department: Word = "",
    q: Word = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """The list; to a search from the page itself, only the table."""
    tx, now = database.read(), site.clock.now()
    departments = objects.live(tx, "department")
    own = next((each["id"] for each in departments if str(each["id"]) == department), None)
    asked = {
        "state": state if state in shown.STATES else "",
        "priority": priority if priority in shown.PRIORITIES else "",
        "department": department if own else "",
        "q": q,
    }
    wanted = shown.Wanted(asked["state"], q.strip(), asked["priority"], own)
    found = shown.page(tx, wanted, now, ROWS, before)
    kept = {name: value for name, value in asked.items() if value}
    values = {
        "tickets": found["tickets"],
        "asked": asked,
        "older": f"/tickets?{urlencode({**kept, 'before': found['next']})}" if found["next"] else "",
        "newest": f"/tickets?{urlencode(kept)}" if before else "",
        "looks": LOOKS,
    }
    if request.headers.get("hx-target", "").endswith("table"):
        html = fragment("_tickets_table.html", zone=site.zone, **values)
        return HTMLResponse(html, headers={"hx-replace-url": own_address(request)})
    return render(
        request,
        who,
        "tickets.html",
        counts=shown.counts(tx),
        states=shown.STATES,
        priorities=shown.PRIORITIES,
        departments=departments,
        accounts=shown.accounts(tx),
        **values,
    )


@router.get("/tickets/{number}")
def one(request: Request, site: Here, who: Viewer, number: Id) -> Response:
    """One ticket: its facts, its thread, and the forms to answer it."""
    return _page(request, site, who, number)


def _page(
    request: Request,
    site: Site,
    who: Who,
    number: int,
    refusal: Refusal | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """The ticket as it is now; `typed`: texts of its forms, which are not lost by a refusal."""
    tx = database.read()
    row = shown.one(tx, number, site.clock.now())
    if row is None:
        raise Refusal("unknown_ticket", f"there is no ticket {number}: look at all of them")
    return render(
        request,
        who,
        "ticket.html",
        ticket=row,
        looks=LOOKS,
        may=who.may("operator"),
        held=row["locked_by"] not in (None, who.name),
        staff=objects.live(tx, "staff", enabled=True),
        departments=objects.live(tx, "department", enabled=True),
        priorities=shown.PRIORITIES,
        longest=LONGEST_TEXT,
        most_files=MOST,
        largest_file=LARGEST // 2**20,
        typed={"reply": "", "note": ""} | (typed or {}),
        refusal=str(refusal or ""),
        status_code=status_of(refusal) if refusal else 200,
    )


@router.get("/tickets/{number}/files/{file_id}")
def file(who: Viewer, number: Id, file_id: Id) -> Response:
    """A file of a message: always to be saved, never shown by the browser."""
    found = saved(database.read, number, file_id)
    return StreamingResponse(found.parts, media_type="application/octet-stream", headers=found.headers)


@router.post("/tickets/{number}/reply")
def reply(
    request: Request,
    site: Here,
    who: Operator,
    number: Id,
    text: Said = "",
    then: Annotated[str, Form(max_length=20)] = "",
    revision: Revision = None,
    files: Annotated[list[UploadFile | str], Uploaded()] = [],  # noqa: B006
) -> Response:
    """Answer by mail, and close if asked; with the files of the form."""
    done = f"the answer to ticket {number} is in the outbox"

    def work() -> Any:
        # A browser sends a file without name and bytes where none was chosen.
        sent = [
            File(each.filename, each.content_type or "", each.file.read())
            for each in files
            if not isinstance(each, str) and each.filename
        ]
        return _acts(site, who).reply(number, text, revision, then == "close", sent)

    return _written(request, site, who, number, work, done, reply=text)


@router.post("/tickets/{number}/note")
def note(
    request: Request, site: Here, who: Operator, number: Id, text: Said = "", revision: Revision = None
) -> Response:
    """Write something down."""

    def work() -> Any:
        return _acts(site, who).note(number, text, revision)

    return _written(request, site, who, number, work, "the note is kept", note=text)


@router.post("/tickets/{number}/state")
def state(
    request: Request,
    site: Here,
    who: Operator,
    number: Id,
    to: Annotated[str, Form(max_length=20)],
    revision: Revision = None,
) -> Response:
    """Open, close or delete."""
    return _done(
        request, number, lambda: _acts(site, who).move(number, to, revision), f"ticket {number} is {to}"
    )


@router.post("/tickets/{number}/facts")
def facts(
    request: Request,
    site: Here,
    who: Operator,
    number: Id,
    staff: Annotated[str, Form(max_length=200)] = "",
    department: Annotated[str, Form(max_length=200)] = "",
    priority: Annotated[str, Form(max_length=20)] = "normal",
    revision: Revision = None,
) -> Response:
    """Who has it, which department, how urgent: what differs is changed."""

    def work() -> Any:
        acts, expect = _acts(site, who), revision
        row = shown.one(database.read(), number, site.clock.now())
        changes: list[tuple[str, str | None, Callable[..., Any]]] = [
            (staff, row["assignee"] if row else "", acts.assign),
            (department, row["department"] if row else "", acts.department),
            (priority, row["priority"] if row else "", acts.priority),
        ]
        for value, before, change in changes:
            if value != (before or ""):
                expect = change(number, value, expect)["revision"]

    return _done(request, number, work, f"ticket {number} is changed")


@router.post("/tickets/{number}/lock")
def lock(request: Request, site: Here, who: Operator, number: Id) -> Response:
    """Take it."""
    return _done(request, number, lambda: _acts(site, who).lock(number), f"ticket {number} is yours for now")


@router.post("/tickets/{number}/unlock")
def unlock(request: Request, site: Here, who: Operator, number: Id) -> Response:
    """Give it back."""
    return _done(request, number, lambda: _acts(site, who).unlock(number), f"ticket {number} is free")


def _acts(site: Any, who: Any) -> Tickets:
    return Tickets(site, by=who.name, admin=who.may("admin"))


def _written(
    request: Request, site: Site, who: Who, number: int, work: Callable[[], object], said: str, **typed: str
) -> Response:
    """Keep what somebody wrote; if it is refused it is still in its form, on the ticket as it is by then."""
    try:
        work()
    except Refusal as refusal:
        return _page(request, site, who, number, refusal, typed)
    return acted(request, said, to=f"/tickets/{number}")


def _done(request: Request, number: int, work: Callable[[], object], said: str) -> Response:
    def whole() -> str:
        work()
        return said

    return act(request, whole, to=f"/tickets/{number}")
