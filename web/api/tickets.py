"""Tickets over HTTP: the list, one with its messages and files, and what agents do with it."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from domain.mail_in.files import File
from domain.mail_in.handed_in import MOST
from store import database
from web.access.guard import Operator, Viewer
from web.acts.refusal import Refusal
from web.acts.ticket_opening import LONGEST_NAME, LONGEST_SUBJECT, LONGEST_TEXT, Opening
from web.acts.tickets import Tickets
from web.api.etag import expected, tag
from web.api.words import Word
from web.here import Here
from web.shown import tickets as shown
from web.shown.ticket_file import saved

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
FileId = Annotated[int, Path(alias="file", ge=1, le=2**63 - 1, description="The `id` of one of its files.")]
IfMatch = Annotated[str | None, Header(description="The ETag of the ticket that was looked at.")]
State = Literal["open", "waiting", "closed", "deleted", "unconfirmed"]
Text = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Key = Annotated[
    Word | None,
    Header(alias="Idempotency-Key", description="Remembered for 24 h: the same ticket answers."),
]


def _decoded(text: object) -> bytes:
    """Every letter counts: what was garbled on its way is refused, not guessed. Raises ValueError."""
    try:
        return b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError(f"it is no base64: {error}") from None


_IN_BASE64 = WithJsonSchema({"type": "string", "contentEncoding": "base64"})
Bytes = Annotated[bytes, BeforeValidator(_decoded), _IN_BASE64]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class New(Body):
    """A ticket that nobody wrote a mail for.

    `text` is what the requester said, `answer` goes to them by mail: one of them at least. The requester
    is an address or, without an answer, a name. `department` and `assigned_to` are names, "" none.
    """

    subject: Annotated[str, Field(max_length=LONGEST_SUBJECT)]
    text: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""
    requester: Annotated[str, Field(max_length=320)] = ""
    requester_name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    department: Annotated[str, Field(max_length=200)] = ""
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    assigned_to: Annotated[str, Field(max_length=200)] = ""
    answer: Annotated[str, Field(max_length=LONGEST_TEXT)] = ""


class Sent(Body):
    """A file: `content` is its bytes in base64."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    media_type: Annotated[str, Field(max_length=150)] = "application/octet-stream"
    content: Bytes


class Reply(Body):
    """An answer to the requester, with files; `close`: the ticket is closed with it."""

    text: Text
    close: bool = False
    files: Annotated[list[Sent], Field(max_length=MOST)] = []

    def sent(self) -> list[File]:
        """The files as they go out."""
        return [File(each.name, each.media_type, each.content) for each in self.files]


class Note(Body):
    """What only agents see."""

    text: Text


class Change(Body):
    """Any of these; `assigned_to` is the name of a staff member, "" nobody."""

    state: Literal["open", "waiting", "closed", "deleted"] | None = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None
    assigned_to: Annotated[str | None, Field(max_length=200)] = None
    department: Annotated[str | None, Field(max_length=200)] = None


@router.get("/tickets")
def list_tickets(
    site: Here,
    who: Viewer,
    state: Annotated[State | None, Query(description="Left out: open, waiting and closed.")] = None,
    text: Annotated[str, Query(max_length=200, description="A part of subject or requester.")] = "",
    priority: Literal["", "low", "normal", "high", "urgent"] = "",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The newest first; `next` is null after the last page."""
    wanted = shown.Wanted(state or "", text.strip(), priority)
    return shown.page(database.read(), wanted, site.clock.now(), limit, before)


@router.post("/tickets", status_code=201)
def open_ticket(body: New, site: Here, who: Operator, response: Response, key: Key = None) -> dict[str, Any]:
    """Open a ticket; 201 with it, or 200 with the ticket that the same key has opened before."""
    done = _acts(site, who).open(Opening(**body.model_dump()), key)
    if not done.new:
        response.status_code = 200
    tag(response, done.ticket["revision"])
    return done.ticket


@router.get("/tickets/{number}")
def one_ticket(number: Id, site: Here, who: Viewer, response: Response) -> dict[str, Any]:
    """One ticket with its messages, the oldest first, and an ETag for changes."""
    row = shown.one(database.read(), number, site.clock.now())
    if row is None:
        raise Refusal("unknown_ticket", f"there is no ticket {number}: GET /api/v1/tickets lists them")
    tag(response, row["revision"])
    return row


@router.post("/tickets/{number}/replies", status_code=202)
def reply_to_ticket(
    number: Id, body: Reply, site: Here, who: Operator, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Answer the requester by mail, by the outbox; the ticket."""
    expect = expected(if_match, "ticket")
    done = _acts(site, who).reply(number, body.text, expect, body.close, body.sent())
    tag(response, done["revision"])
    return done


@router.get("/tickets/{number}/files/{file}", response_class=StreamingResponse)
def ticket_file(number: Id, file_id: FileId, who: Viewer) -> Response:
    """The bytes of a file of a message, to be saved."""
    found = saved(database.read, number, file_id)
    return StreamingResponse(found.parts, media_type="application/octet-stream", headers=found.headers)


@router.post("/tickets/{number}/notes", status_code=201)
def note_on_ticket(
    number: Id, body: Note, site: Here, who: Operator, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Write something down; the ticket."""
    done = _acts(site, who).note(number, body.text, expected(if_match, "ticket"))
    tag(response, done["revision"])
    return done


@router.patch("/tickets/{number}")
def change_ticket(
    number: Id, body: Change, site: Here, who: Operator, response: Response, if_match: IfMatch = None
) -> dict[str, Any]:
    """Change state, priority, department or who has it, one after the other; the ticket."""
    acts, expect = _acts(site, who), expected(if_match, "ticket")
    done: dict[str, Any] | None = None
    for value, act in (
        (body.priority, acts.priority),
        (body.department, acts.department),
        (body.assigned_to, acts.assign),
        (body.state, acts.move),
    ):
        if value is not None:
            done = act(number, value, expect)
            expect = done["revision"]
    if done is None:
        raise Refusal("bad_value", "nothing to change: give state, priority, department or assigned_to")
    tag(response, done["revision"])
    return done


@router.put("/tickets/{number}/lock")
def lock_ticket(number: Id, site: Here, who: Operator) -> dict[str, Any]:
    """Take it, or hold it longer: nobody else changes it until then; the ticket."""
    return _acts(site, who).lock(number)


@router.delete("/tickets/{number}/lock")
def unlock_ticket(number: Id, site: Here, who: Operator) -> dict[str, Any]:
    """Give one's own lock back; an admin gives back anybody's; the ticket."""
    return _acts(site, who).unlock(number)


def _acts(site: Any, who: Any) -> Tickets:
    return Tickets(site, by=who.name, admin=who.may("admin"))
