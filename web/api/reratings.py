"""Rating calls again over HTTP: what a job would look at, asking for it, its progress, and cancelling."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict

from store import database
from web.access.guard import Operator, Viewer
from web.acts.reratings import Reratings
from web.api.words import Limit, Reason, Word
from web.here import Here
from web.shown import reratings as shown
from web.shown.reratings import Asked

router = APIRouter(prefix="/api/v1", tags=["calls"])

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]


class Wanted(BaseModel):
    """Days in UTC, such as 2027-01-15, and what the calls must be; what is empty selects every call."""

    model_config = ConfigDict(extra="forbid")

    first: Word
    last: Word
    client: Word = ""
    account: Word = ""
    code: Word = ""
    origin: Literal["", "orig", "term"] = ""
    gateway: Word = ""
    status: Word = ""
    tag: Word = ""
    matched: Literal["", "rated", "mismatched"] = ""
    zero: Literal["", "zero", "charged"] = ""
    invoiced: Literal["refuse", "credit"] = "refuse"

    def asked(self) -> Asked:
        """As the acts take it."""
        names = asdict(Asked("", ""))
        return Asked(**{name: value for name, value in self.model_dump().items() if name in names})


class Starting(Wanted):
    """And why, for the audit."""

    reason: Reason | None = None


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


@router.get("/calls/reratings")
def list_reratings(
    site: Here,
    who: Viewer,
    limit: Limit = 50,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only smaller numbers.")] = None,
) -> dict[str, Any]:
    """The newest first."""
    return {"reratings": shown.listing(database.read(), limit=limit, before=before)}


@router.post("/calls/reratings/preview")
def preview_rerating(body: Wanted, site: Here, who: Viewer) -> dict[str, Any]:
    """How many calls it would look at, day by day, how many are invoiced, and what is in the way."""
    tx = database.read()
    return shown.preview(tx, *shown.wanted(tx, site.clock.now(), body.asked()))


@router.post("/calls/reratings", status_code=201)
def start_rerating(body: Starting, site: Here, who: Operator) -> dict[str, Any]:
    """Ask for a job; the next run of Rerating begins it."""
    number = Reratings(site, by=who.name).start(body.asked(), body.reason)
    return shown.one(database.read(), number)


@router.get("/calls/reratings/{number}")
def show_rerating(number: Id, site: Here, who: Viewer) -> dict[str, Any]:
    """What it selects, and how far it is."""
    return shown.one(database.read(), number)


@router.post("/calls/reratings/{number}/cancel")
def cancel_rerating(number: Id, body: Why, site: Here, who: Operator) -> dict[str, Any]:
    """Stop it where it is; what was rated again stays so."""
    Reratings(site, by=who.name).cancel(number, body.reason)
    return shown.one(database.read(), number)
