"""What the buttons of the services table do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from domain.time.spoken import count
from node.site import Site
from web.access.guard import Admin, Operator
from web.acts.edits import Edits
from web.acts.force import force
from web.acts.machines import restart
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.render import fragment

router = APIRouter(include_in_schema=False)

#: What can be done to several at once: a word for the button and one for the result.
BULK = {
    "run": ("Run", "run"),
    "enable": ("Enable", "enabled"),
    "disable": ("Disable", "disabled"),
    "logging_on": ("Switch logging on for", "logging on"),
    "logging_off": ("Switch logging off for", "logging off"),
}


@router.post("/services/bulk")
def bulk(
    request: Request,
    who: Operator,
    site: Here,
    do: Annotated[str, Form()],
    names: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    confirmed: Annotated[str, Form()] = "",
) -> Response:
    """Ask first, with the list; then do it to each that can, and say what was refused."""
    if do not in BULK or not names:
        return act(request, _nothing)
    if not confirmed:
        titles = [usable(site, name).title for name in names]
        return HTMLResponse(
            fragment("_bulk_confirm.html", do=do, verb=BULK[do][0], names=names, titles=titles)
        )
    return act(request, lambda: _each(site, do, names, who.name), to="/")


@router.post("/services/{name}/restart")
def restart_daemon(request: Request, who: Operator, site: Here, name: str) -> Response:
    """Replace a daemon's processes."""
    service = usable(site, name)
    return act(
        request, lambda: f"{service.title}: {count(restart(site, name, by=who.name), 'instance')} restarts"
    )


@router.post("/services/{name}/enable")
def enable(request: Request, who: Operator, site: Here, name: str) -> Response:
    """Plan it again."""
    return _switch(request, site, name, "enabled", lambda: Edits(site, by=who.name).enable([name]))


@router.post("/services/{name}/disable")
def disable(request: Request, who: Operator, site: Here, name: str) -> Response:
    """Plan it no more; its schedule is kept."""
    return _switch(request, site, name, "disabled", lambda: Edits(site, by=who.name).disable([name]))


@router.post("/services/{name}/pause")
def pause(request: Request, who: Operator, site: Here, name: str) -> Response:
    """Start nothing of it until resumed."""
    return _switch(request, site, name, "paused", lambda: Edits(site, by=who.name).pause([name]))


@router.post("/services/{name}/resume")
def resume(request: Request, who: Operator, site: Here, name: str) -> Response:
    """Let it go on."""
    return _switch(request, site, name, "resumed", lambda: Edits(site, by=who.name).resume([name]))


@router.post("/services/{name}/logging")
def logging(request: Request, who: Operator, site: Here, name: str, on: Annotated[str, Form()]) -> Response:
    """Keep every line of its runs, or stop that."""

    def work() -> str:
        Edits(site, by=who.name).logging(name, on == "yes")
        return f"{usable(site, name).title}: logging is {'on' if on == 'yes' else 'off'}"

    return act(request, work)


@router.post("/maintenance")
def maintenance(
    request: Request,
    who: Admin,
    site: Here,
    on: Annotated[str, Form()],
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Start nothing on the whole site, or go on."""

    def work() -> str:
        changed = Edits(site, by=who.name, reason=reason.strip() or None).maintenance(on == "yes")
        then = "nothing starts until you end it" if on == "yes" else "services start again"
        return (
            f"Maintenance mode is {'on' if on == 'yes' else 'off'}: {then}"
            if changed
            else "It was so already"
        )

    return act(request, work, to="/")


def _switch(
    request: Request, site: Site, name: str, word: str, work: Callable[[], dict[str, bool]]
) -> Response:
    def told() -> str:
        done = work()
        title = usable(site, name).title
        return f"{title}: {word}" if any(done.values()) else f"{title}: {word} already"

    return act(request, told)


def _each(site: Site, do: str, names: list[str], by: str) -> str:
    """Do it to each; one that refuses does not stop the others."""
    edits = Edits(site, by=by, reason="several at once")
    work: dict[str, Callable[[str], object]] = {
        "run": lambda name: force(site, name, by=by),
        "enable": lambda name: edits.enable([name]),
        "disable": lambda name: edits.disable([name]),
        "logging_on": lambda name: edits.logging(name, True),
        "logging_off": lambda name: edits.logging(name, False),
    }
    refused: list[str] = []
    for name in names:
        try:
            work[do](name)
        except Refusal as refusal:
            refused.append(str(refusal))
    said = f"{count(len(names) - len(refused), 'service')}: {BULK[do][1]}"
    return f"{said}. Refused: {'; '.join(refused)}" if refused else said


def _nothing() -> str:
    raise Refusal("bad_value", "nothing is selected: tick the services first")
