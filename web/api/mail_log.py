"""The outbox over HTTP: what went out by mail, what waits; try one again, or take one out."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from store import database
from web.access.guard import Operator, Viewer
from web.acts.mail_log import Mails
from web.acts.refusal import Refusal
from web.here import Here
from web.shown import mail_log as shown

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
State = Literal["queued", "sending", "unknown", "sent", "kept", "failed"]
Word = Annotated[str | None, Query(max_length=320)]


@router.get("/mails")
def list_mails(
    who: Viewer,
    state: State | None = None,
    family: Word = None,
    recipient: Word = None,
    text: Word = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The newest first; `recipient` is a whole address, `text` a part of the subject."""
    return shown.page(database.read(), shown.Wanted(state, family, recipient, text), limit, before)


@router.get("/mails/{mail_id}")
def one_mail(mail_id: Id, who: Operator) -> dict[str, Any]:
    """One mail with its text and every try."""
    row = shown.one(database.read(), mail_id)
    if row is None:
        raise Refusal("unknown_mail", f"there is no mail {mail_id}: GET /api/v1/mails lists them")
    return row


@router.post("/mails/{mail_id}/retry", status_code=202)
def retry_mail(mail_id: Id, site: Here, who: Operator) -> dict[str, Any]:
    """Have it tried with the next run that sends; the mail."""
    Mails(site, by=who.name).retry(mail_id)
    return one_mail(mail_id, who)


@router.post("/mails/{mail_id}/cancel", status_code=202)
def cancel_mail(mail_id: Id, site: Here, who: Operator) -> dict[str, Any]:
    """Take it out before it goes; the mail."""
    Mails(site, by=who.name).cancel(mail_id)
    return one_mail(mail_id, who)
