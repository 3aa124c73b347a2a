"""What admins do to nodes: drain, undrain, resize."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from domain.time.clock import rfc3339
from domain.time.spoken import count, local
from store import database
from web.access.guard import Admin
from web.acts import machines
from web.acts.machines import LONGEST_DRAIN, MOST_PROCESSES, MOST_THREADS
from web.acts.refusal import Refusal
from web.here import Here
from web.pages.acting import act
from web.pages.dialog import dialog
from web.pages.node_rows import size
from web.pages.nodes import PAGE
from web.shown import nodes as shown
from web.shown.node_loss import last_allowed

router = APIRouter(prefix=PAGE + "/{name}", include_in_schema=False)

Name = Annotated[str, Path(max_length=200)]
Reason = Annotated[str, Form(max_length=500)]


@router.get("/drain")
def ask_drain(request: Request, who: Admin, site: Here, name: Name) -> Response:
    """Until when, and what no other node could run meanwhile."""
    node = _node(name)
    return dialog(
        request,
        who,
        "_node_drain.html",
        f"Drain {name}",
        node=node,
        timeout=site.settings.node.drain_timeout,
        most=LONGEST_DRAIN,
        losing=last_allowed(database.read(), name),
    )


@router.post("/drain")
def drain(
    request: Request,
    who: Admin,
    site: Here,
    name: Name,
    timeout: Annotated[float, Form(ge=0, le=LONGEST_DRAIN, allow_inf_nan=False)],
    reason: Reason = "",
) -> Response:
    """Take nothing new; what still runs after `timeout` s is stopped."""

    def work() -> str:
        until = machines.drain(site, name, by=who.name, timeout=timeout, reason=reason.strip() or None)
        return f"{name} drains: what still runs at {local(rfc3339(until), site.zone)} is stopped"

    return act(request, work, to=PAGE)


@router.post("/undrain")
def undrain(request: Request, who: Admin, site: Here, name: Name) -> Response:
    """Take runs again."""

    def work() -> str:
        done = machines.undrain(site, name, by=who.name)
        return f"{name} takes runs again" if done else f"{name} was not draining"

    return act(request, work)


@router.get("/resize")
def ask_resize(request: Request, who: Admin, name: Name) -> Response:
    """How many processes and threads."""
    node = _node(name)
    processes, threads = size(node)
    return dialog(
        request,
        who,
        "_node_resize.html",
        f"Resize {name}",
        node=node,
        processes=processes,
        threads=threads,
        most=(MOST_PROCESSES, MOST_THREADS),
    )


@router.post("/resize")
def resize(
    request: Request,
    who: Admin,
    site: Here,
    name: Name,
    processes: Annotated[int, Form()],
    threads: Annotated[int, Form()],
    reason: Reason = "",
) -> Response:
    """At once, and after a restart of the node."""

    def work() -> str:
        machines.resize(site, name, processes, threads, by=who.name, reason=reason.strip() or None)
        each = count(threads, "thread")
        return f"{name} gets {count(processes, 'worker process', 'worker processes')} of {each}"

    return act(request, work, to=PAGE)


def _node(name: str) -> dict[str, Any]:
    row = next((row for row in shown.listing(database.read()) if row["name"] == name), None)
    if row is None:
        raise Refusal("unknown_node", f"there is no node {name!r}: the page Nodes lists them")
    return row
