"""What is switched over HTTP: pause, resume, restart, several services at once, maintenance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from node.site import Site
from web.access.guard import Admin, Operator
from web.acts.edits import Edits
from web.acts.force import force
from web.acts.machines import restart
from web.acts.refusal import Refusal
from web.api.words import Name, Reason, Word, epoch
from web.here import Here

router = APIRouter(prefix="/api/v1", tags=["services"])


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


class Pause(Why):
    """Until when; none: until it is resumed."""

    until: AwareDatetime | None = None


class Restart(Why):
    """On which node; none: on all."""

    node: Word | None = None


class Maintenance(Why):
    """Nothing starts on the whole site while it is on."""

    on: bool


class Bulk(Why):
    """The same for several services: each by itself, or `together`, to all of them or to none.

    Together, no names at all mean every service for `pause` and `resume`; logging takes one name.
    """

    names: Annotated[list[Word], Field(max_length=5_000)]
    do: Literal["enable", "disable", "run", "logging_on", "logging_off", "pause", "resume"]
    until: AwareDatetime | None = Field(None, description="of pause and logging_on, together only")
    together: bool = False


@router.post("/services/bulk")
def bulk(body: Bulk, site: Here, who: Operator) -> dict[str, Any]:
    """Do it to each that can: ``results`` with ``changed``, or ``code`` and ``detail`` of a refusal."""
    _check(body)
    if body.together:
        done = _together(Edits(site, by=who.name, reason=body.reason), body)
        return {"results": [{"name": name, "changed": changed} for name, changed in done.items()]}
    return {"results": [_one(site, body, name, who.name) for name in dict.fromkeys(body.names)]}


@router.post("/services/{name}/pause")
def pause(name: Name, site: Here, who: Operator, body: Pause | None = None) -> dict[str, Any]:
    """Start nothing of it until it is resumed; ``changed`` is false if it was paused."""
    asked = body or Pause()
    return _changed(Edits(site, by=who.name, reason=asked.reason).pause([name], epoch(asked.until)))


@router.post("/services/{name}/resume")
def resume(name: Name, site: Here, who: Operator, body: Why | None = None) -> dict[str, Any]:
    """Let it go on; the times that passed are skipped."""
    return _changed(Edits(site, by=who.name, reason=body.reason if body else None).resume([name]))


@router.post("/services/{name}/restart")
def restart_daemon(name: Name, site: Here, who: Operator, body: Restart | None = None) -> dict[str, Any]:
    """Replace a daemon's processes; how many."""
    asked = body or Restart()
    return {"instances": restart(site, name, by=who.name, at=asked.node, reason=asked.reason)}


@router.post("/maintenance")
def maintenance(body: Maintenance, site: Here, who: Admin) -> dict[str, Any]:
    """Start nothing on the whole site, or go on; ``changed`` is false if it was so."""
    changed = Edits(site, by=who.name, reason=body.reason).maintenance(body.on)
    return {"maintenance": body.on, "changed": changed}


def _check(body: Bulk) -> None:
    """Raises Refusal (bad_value)."""
    if not body.names and not (body.together and body.do in ("pause", "resume")):
        raise Refusal("bad_value", "names: give at least one")
    if body.until is not None and not (body.together and body.do in ("pause", "logging_on")):
        raise Refusal("bad_value", "until: it goes with pause and logging_on, together")
    if body.together and (body.do == "run" or (body.do.startswith("logging") and len(body.names) > 1)):
        raise Refusal("bad_value", f"together: {body.do} of several is not one act; leave it out")


def _together(edits: Edits, body: Bulk) -> dict[str, bool]:
    """One transaction. Raises Refusal."""
    if body.do == "pause":
        return edits.pause(body.names, epoch(body.until))
    if body.do in ("logging_on", "logging_off"):
        return edits.logging(body.names[0], body.do == "logging_on", epoch(body.until))
    acts = {"enable": edits.enable, "disable": edits.disable, "resume": edits.resume}
    return acts[body.do](body.names)


def _one(site: Site, body: Bulk, name: str, by: str) -> dict[str, Any]:
    """One of several; what refuses does not stop the others."""
    try:
        if body.do == "run":
            forced = force(site, name, by=by, trigger="api", reason=body.reason)
            return {"name": name, "changed": not forced.merged, "runs": list(forced.run_ids)}
        return {"name": name, "changed": _switched(site, body, name, by)}
    except Refusal as refusal:
        return {"name": name, "changed": False, "code": refusal.code, "detail": str(refusal)}


def _switched(site: Site, body: Bulk, name: str, by: str) -> bool:
    edits = Edits(site, by=by, reason=body.reason)
    acts: dict[str, Callable[[], dict[str, bool]]] = {
        "enable": lambda: edits.enable([name]),
        "disable": lambda: edits.disable([name]),
        "pause": lambda: edits.pause([name]),
        "resume": lambda: edits.resume([name]),
        "logging_on": lambda: edits.logging(name, True),
        "logging_off": lambda: edits.logging(name, False),
    }
    return any(acts[body.do]().values())


def _changed(done: dict[str, bool]) -> dict[str, Any]:
    ((name, changed),) = done.items()
    return {"name": name, "changed": changed}
