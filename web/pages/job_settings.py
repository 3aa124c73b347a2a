"""Group Job Settings: how many jobs of each kind run at once, and which go first."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from domain.time.spoken import count
from store import database
from web.access.guard import Admin
from web.acts import job_settings as acts
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.form_sent import Sent
from web.pages.render import render
from web.shown import job_settings as shown

router = APIRouter(include_in_schema=False)


@router.get("/jobs/settings")
def settings(request: Request, who: Admin, site: Here) -> Response:
    """The form, with what is in force and what the code says."""
    return render(
        request, who, "job_settings.html", settings=shown.in_force(site, database.read()), most=acts.MOST
    )


@router.post("/jobs/settings")
def save(request: Request, who: Admin, site: Here, sent: Sent) -> Response:
    """Save all of it; somebody else's newer edit is never overwritten."""

    def work() -> str:
        queue = {"at_once": _whole(sent, "at_once"), "automatic": "automatic" in sent}
        names = [str(name) for name in sent.getlist("kind")]
        kinds = {name: _of_kind(sent, name) for name in names}
        changed = acts.save(
            site, queue, kinds, by=who.name, expect=str(sent.get("version", "")), reason=_reason(sent)
        )
        return f"Saved: {count(changed, 'value')} changed" if changed else "Nothing was changed"

    return act(request, work, to="/jobs/settings")


def _of_kind(sent: FormData, name: str) -> dict[str, Any]:
    return {
        "priority": _whole(sent, f"priority {name}"),
        "parallel": _whole(sent, f"parallel {name}"),
        "automatic": f"automatic {name}" in sent,
    }


def _whole(sent: FormData, name: str) -> int:
    text = str(sent.get(name, "")).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refusal("bad_value", f"{name.replace('_', ' ')}: expected a whole number, got {text[:20]!r}")
    return int(text)


def _reason(sent: FormData) -> str | None:
    return " ".join(str(sent.get("reason", "")).split())[:1_000] or None
