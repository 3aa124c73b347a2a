"""Observe mode over HTTP: families, held acts, and steps that destroy."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from store import database
from web.access.guard import Admin, Viewer
from web.acts.effects import Effects, Switched
from web.acts.refusal import Refusal
from web.api.words import Name, Reason, Word
from web.here import Here
from web.shown import effects as shown

router = APIRouter(prefix="/api/v1", tags=["effects"])

Family = Annotated[Word, Path(description="A family of services, such as monitoring.")]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
State = Literal["held", "released", "dropped", "done"]


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


class Which(Why):
    """These acts, or all that a family has held, up to the act `until`."""

    ids: Annotated[list[Id], Field(max_length=1_000)] = []
    family: Word | None = None
    until: Id | None = None


class Destroying(Why):
    """Whether the step destroys, or only reports."""

    on: bool


@router.get("/families")
def list_families(site: Here, who: Viewer) -> dict[str, Any]:
    """Families with effects on the world outside: ``observes``, and how much is held for each."""
    return {"families": shown.families(site, database.read())}


@router.post("/families/{family}/go-live")
def go_live(family: Family, site: Here, who: Admin, body: Why | None = None) -> dict[str, Any]:
    """Let a family act; ``changed`` is false if it is live already."""
    return _switched(family, Effects(site, by=who.name, reason=_why(body)).go_live(family))


@router.post("/families/{family}/observe")
def observe(family: Family, site: Here, who: Admin, body: Why | None = None) -> dict[str, Any]:
    """Hold its acts back again; ``changed`` is false if it observes already."""
    return _switched(family, Effects(site, by=who.name, reason=_why(body)).observe(family))


@router.get("/held-acts")
def list_held(
    site: Here,
    who: Viewer,
    state: State = "held",
    family: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """What services wanted to do, in the order it was held; ``next`` is `after` for the next page."""
    rows = shown.held(site, database.read(), state=state, family=family, after=after, limit=limit)
    return {"held_acts": rows, "next": rows[-1]["id"] if len(rows) == limit else None}


@router.post("/held-acts/release")
def release(body: Which, site: Here, who: Admin) -> dict[str, Any]:
    """Let services do these when they ask again; ``acts`` is how many."""
    effects = Effects(site, by=who.name, reason=body.reason)
    if (family := _family(body)) is not None:
        return {"acts": effects.release_family(family, body.until)}
    effects.release(body.ids)
    return {"acts": len(set(body.ids))}


@router.post("/held-acts/drop")
def drop(body: Which, site: Here, who: Admin) -> dict[str, Any]:
    """Refuse these while their family observes; ``acts`` is how many."""
    effects = Effects(site, by=who.name, reason=body.reason)
    if (family := _family(body)) is not None:
        return {"acts": effects.drop_family(family, body.until)}
    effects.drop(body.ids)
    return {"acts": len(set(body.ids))}


@router.get("/destructions")
def list_destructions(
    site: Here, who: Viewer, limit: Annotated[int, Query(ge=1, le=1_000)] = 50
) -> dict[str, Any]:
    """``steps`` that destroy or only report, and ``destructions``: the newest first, with the way back."""
    tx = database.read()
    return {"steps": shown.destroying(site, tx), "destructions": shown.destroyed(tx, limit)}


@router.post("/services/{name}/steps/{step}/destroys")
def switch_destroys(
    name: Name,
    step: Annotated[Word, Path(description="number or title")],
    body: Destroying,
    site: Here,
    who: Admin,
) -> dict[str, Any]:
    """Let a step destroy, or only report; ``changed`` is false if it was so."""
    changed = Effects(site, by=who.name, reason=body.reason).destroys(name, step, body.on)
    return {"on": body.on, "changed": changed}


def _switched(family: str, done: Switched) -> dict[str, Any]:
    return {"family": family, "changed": done.changed, "acts": done.acts, "jobs": done.jobs}


def _why(body: Why | None) -> str | None:
    return body.reason if body else None


def _family(body: Which) -> str | None:
    """Raises Refusal (bad_value)."""
    if (body.family is None) == (not body.ids):
        raise Refusal("bad_value", "give either ids, or a family")
    if body.until is not None and body.family is None:
        raise Refusal("bad_value", "until: it goes with a family")
    return body.family
