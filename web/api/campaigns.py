"""Mail campaigns over HTTP: write, preview, schedule, pause, resume, cancel, and their recipients."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from domain.campaign import audience
from domain.campaign.audience import Audience
from domain.campaign.campaign import Campaign
from domain.mail.problem import MailProblem
from store import database
from store.campaign import kept
from web.access.guard import Operator, Viewer
from web.access.who import Who
from web.acts.campaigns import Campaigns
from web.acts.refusal import Refusal
from web.api.words import Reason
from web.here import Here
from web.shown import campaigns as shown

router = APIRouter(prefix="/api/v1")

Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
Why = Annotated[Reason | None, Query(description="For the audit.")]
Words = Annotated[list[str], Field(max_length=200)]
State = Literal["waiting", "queued", "sent", "failed", "bounced", "unsubscribed"]


class Chosen(BaseModel):
    """Contacts by organisation (with those below), kind and duty; or a `list` as CSV, which stands alone."""

    model_config = ConfigDict(extra="forbid")
    organisations: Words = Field(default_factory=list)
    kinds: Words = Field(default_factory=list)
    duties: Words = Field(default_factory=list)
    list: str | None = None


class Writing(BaseModel):
    """A campaign. Subject and text may name ``{{ name }}``, ``{{ email }}`` and ``{{ organisation }}``."""

    model_config = ConfigDict(extra="forbid")
    name: str
    subject: str
    text: str
    organisation: str | None = None
    sender: str = ""
    per_minute: int = 60
    batch: int = 100
    audience: Chosen = Field(default_factory=Chosen)

    def campaign(self) -> Campaign:
        """The same. Raises Refusal (bad_value)."""
        given = self.audience
        try:
            people = audience.people(given.list) if given.list else ()
        except MailProblem as problem:
            raise Refusal("bad_value", str(problem)) from None
        chosen = Audience(tuple(given.organisations), tuple(given.kinds), tuple(given.duties), people)
        return Campaign(
            name=self.name,
            subject=self.subject,
            body=self.text,
            audience=chosen,
            organisation=self.organisation or None,
            sender=self.sender,
            per_minute=self.per_minute,
            batch=self.batch,
        )


class Starting(BaseModel):
    """When it begins, in seconds since 1970; none: at once."""

    model_config = ConfigDict(extra="forbid")
    starts_at: float | None = None


class Address(BaseModel):
    """A mail address."""

    model_config = ConfigDict(extra="forbid")
    address: Annotated[str, Field(min_length=3, max_length=320)]
    organisation_id: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0


@router.get("/campaigns")
def list_campaigns(
    who: Viewer,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """The newest first, each with its recipients counted by state."""
    return shown.page(database.read(), limit, before)


@router.post("/campaigns", status_code=201)
def add_campaign(body: Writing, site: Here, who: Operator, reason: Why = None) -> dict[str, Any]:
    """Keep a draft; the campaign."""
    return _one(_acts(site, who, reason).add(body.campaign()))


@router.get("/campaigns/suppressed")
def list_suppressed(
    who: Viewer,
    address: Annotated[str | None, Query(max_length=320, description="An address, or its beginning.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Addresses that get no campaign any more, the newest first."""
    return shown.suppressed_page(database.read(), address, limit)


@router.post("/campaigns/suppressed", status_code=204)
def suppress_address(body: Address, site: Here, who: Operator) -> None:
    """Send it no campaign any more, of anybody."""
    _acts(site, who).suppress(body.address)


@router.post("/campaigns/suppressed/remove", status_code=204)
def unsuppress_address(body: Address, site: Here, who: Operator) -> None:
    """Send to it again."""
    _acts(site, who).unsuppress(body.address, body.organisation_id)


@router.get("/campaigns/{campaign_id}")
def one_campaign(campaign_id: Id, who: Viewer) -> dict[str, Any]:
    """One campaign, with its texts."""
    return _one(campaign_id)


@router.get("/campaigns/{campaign_id}/preview")
def preview_campaign(
    campaign_id: Id,
    who: Viewer,
    number: Annotated[int, Query(ge=1, le=2**31, description="The mail of this recipient.")] = 1,
) -> dict[str, Any]:
    """The mail as one of its recipients would get it now: `to`, `subject`, `text`, or the `problem`."""
    _one(campaign_id)
    tx = database.read()
    return shown.preview(tx, kept.read(kept.one(tx, campaign_id) or {}), number - 1)


@router.post("/campaigns/{campaign_id}")
def change_campaign(
    campaign_id: Id,
    body: Writing,
    site: Here,
    who: Operator,
    revision: Annotated[int, Query(ge=1, le=2**31, description="Of what you have seen.")],
) -> dict[str, Any]:
    """Write a draft anew; the campaign."""
    _acts(site, who).change(campaign_id, body.campaign(), revision)
    return _one(campaign_id)


@router.post("/campaigns/{campaign_id}/schedule", status_code=202)
def schedule_campaign(
    campaign_id: Id, body: Starting, site: Here, who: Operator, reason: Why = None
) -> dict[str, Any]:
    """Have it begin then; the campaign."""
    _acts(site, who, reason).schedule(campaign_id, body.starts_at)
    return _one(campaign_id)


@router.post("/campaigns/{campaign_id}/pause", status_code=202)
def pause_campaign(campaign_id: Id, site: Here, who: Operator, reason: Why = None) -> dict[str, Any]:
    """Send no more until it is resumed; the campaign, and how many mails `came_back` out of the outbox."""
    back = _acts(site, who, reason).pause(campaign_id)
    return {**_one(campaign_id), "came_back": back}


@router.post("/campaigns/{campaign_id}/resume", status_code=202)
def resume_campaign(campaign_id: Id, site: Here, who: Operator, reason: Why = None) -> dict[str, Any]:
    """Go on; the campaign."""
    _acts(site, who, reason).resume(campaign_id)
    return _one(campaign_id)


@router.post("/campaigns/{campaign_id}/cancel", status_code=202)
def cancel_campaign(campaign_id: Id, site: Here, who: Operator, reason: Why = None) -> dict[str, Any]:
    """Send no more, for good; the campaign."""
    _acts(site, who, reason).cancel(campaign_id)
    return _one(campaign_id)


@router.get("/campaigns/{campaign_id}/recipients")
def list_recipients(
    campaign_id: Id,
    who: Viewer,
    state: State | None = None,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="`next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Whom it goes to, with what became of each."""
    _one(campaign_id)
    return shown.recipients_page(database.read(), campaign_id, state, limit, after)


def _acts(site: Here, who: Who, reason: str | None = None) -> Campaigns:
    return Campaigns(site, by=who.name, reason=reason)


def _one(campaign_id: int) -> dict[str, Any]:
    row = shown.one(database.read(), campaign_id)
    if row is None:
        raise Refusal(
            "unknown_campaign", f"there is no campaign {campaign_id}: GET /api/v1/campaigns lists them"
        )
    return row
