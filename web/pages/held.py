"""The page of held acts: what each family that observes would have done, and who decides on it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from domain.time.spoken import count
from store import database
from web.access.guard import Admin, Viewer
from web.acts.effects import Effects, Switched
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.render import render
from web.shown import effects as shown

router = APIRouter(include_in_schema=False)

PAGE = "/held"
#: Rows of one family at once.
ROWS = 100

Family = Annotated[str, Path(max_length=64)]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Ids = Annotated[list[Id], Form(max_length=1_000)]
Word = Annotated[str, Form(max_length=300)]
State = Annotated[str, Query(pattern="^(held|released|dropped|done)$")]


@router.get(PAGE)
def index(
    request: Request,
    site: Here,
    who: Viewer,
    state: State = "held",
    family: Annotated[str | None, Query(max_length=64)] = None,
    after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
) -> Response:
    """Families with what is held for each, then the steps that destroy and what they did."""
    tx = database.read()
    families = shown.families(site, tx)
    acts = {
        each["family"]: shown.held(
            site, tx, state=state, family=each["family"], after=after if family else 0, limit=ROWS
        )
        for each in families
        if family in (None, each["family"])
    }
    return render(
        request,
        who,
        "held.html",
        families=[each for each in families if each["family"] in acts],
        acts=acts,
        state=state,
        only=family,
        rows=ROWS,
        steps=shown.destroying(site, tx),
        destroyed=shown.destroyed(tx),
    )


@router.post(PAGE + "/bulk")
def bulk(
    request: Request,
    site: Here,
    who: Admin,
    do: Word = "",
    ids: Ids = [],  # noqa: B006 - FastAPI copies it
    reason: Word = "",
) -> Response:
    """Release or drop the acts that are ticked."""

    def work() -> str:
        effects = _acts(site, who.name, reason)
        if do == "release":
            effects.release(ids)
            return f"{count(len(ids), 'act')} released: done when the service asks again"
        if do == "drop":
            effects.drop(ids)
            return f"{count(len(ids), 'act')} dropped"
        raise Refusal("bad_value", f"there is no act {do!r}: release or drop")

    return act(request, work, to=PAGE)


@router.post(PAGE + "/{family}")
def decide(
    request: Request,
    site: Here,
    who: Admin,
    family: Family,
    do: Word = "",
    until: Annotated[int | None, Form(ge=1, le=2**63 - 1)] = None,
    reason: Word = "",
) -> Response:
    """Go live, observe again, or decide on all that the family has held and the page has shown."""

    def work() -> str:
        effects = _acts(site, who.name, reason)
        if do == "go-live":
            return _went_live(family, effects.go_live(family))
        if do == "observe":
            done = effects.observe(family)
            return f"{family} observes" if done.changed else f"{family} observes already"
        if do == "release":
            return f"{family}: {count(effects.release_family(family, until), 'act')} released"
        if do == "drop":
            return f"{family}: {count(effects.drop_family(family, until), 'act')} dropped"
        raise Refusal("bad_value", f"there is no decision {do!r}: go-live, observe, release or drop")

    return act(request, work, to=PAGE)


@router.post(PAGE + "/steps/{service}/{step}")
def switch_step(
    request: Request, site: Here, who: Admin, service: Family, step: Family, on: Word = "", reason: Word = ""
) -> Response:
    """Let a step destroy, or only report."""

    def work() -> str:
        wanted = on == "yes"
        _acts(site, who.name, reason).destroys(service, step, wanted)
        return f"{service}: step {step} {'destroys now, a few at a time' if wanted else 'only reports'}"

    return act(request, work, to=PAGE)


def _acts(site: Here, by: str, reason: str) -> Effects:
    return Effects(site, by=by, reason=reason.strip() or None)


def _went_live(family: str, done: Switched) -> str:
    if not done.changed:
        return f"{family} is live already"
    return f"{family} is live: {count(done.acts, 'act')} and {count(done.jobs, 'job')} released"
