"""A sample provider over HTTP: loaded on a new site, and cleared again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from web.access.guard import Admin
from web.acts.sample import Sample
from web.api.words import Reason, Word
from web.here import Here, own_port

router = APIRouter(prefix="/api/v1", tags=["site"])


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


class Which(Why):
    """The sample."""

    name: Annotated[Word, Field(description="hosting")]


@router.post("/sample", status_code=201)
def load_sample(body: Which, request: Request, site: Here, who: Admin) -> dict[str, Any]:
    """Load a sample: ``objects`` by kind, ``profiles`` switched on for them, ``notes``.

    409 where there are organisations that are no sample.
    """
    sample = Sample(site, by=who.name, reason=body.reason)
    return sample.load(body.name, own_port(request)).shown()


@router.post("/sample/clear")
def clear_sample(site: Here, who: Admin, body: Why | None = None) -> dict[str, Any]:
    """Archive all that is marked as sample: ``objects`` by kind; ``kept``: what something real refers to."""
    return Sample(site, by=who.name, reason=body.reason if body else None).clear().shown()
