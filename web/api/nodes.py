"""Nodes over HTTP: the listing, drain and size."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from domain.time.clock import rfc3339
from store import database
from web.access.guard import Admin, Viewer
from web.acts import machines
from web.acts.machines import LONGEST_DRAIN, MOST_PROCESSES, MOST_THREADS
from web.acts.refusal import Refusal
from web.api.words import Reason, Word
from web.here import Here
from web.shown import nodes as shown

router = APIRouter(prefix="/api/v1", tags=["nodes"])

Node = Annotated[Word, Path(description="A node's name.")]


class Why(BaseModel):
    """Why it is done, for the audit."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = None


class Draining(Why):
    """How long what runs may go on."""

    timeout: float | None = Field(
        None, ge=0, le=LONGEST_DRAIN, allow_inf_nan=False, description="seconds; none: as configured"
    )


class Sizing(Why):
    """How many worker processes, of how many threads each."""

    processes: int = Field(ge=1, le=MOST_PROCESSES)
    threads: int = Field(ge=1, le=MOST_THREADS)


@router.get("/nodes")
def list_nodes(site: Here, who: Viewer) -> dict[str, Any]:
    """Every node with its state, slots and processes, as `tickworks nodes --json`."""
    return {"nodes": shown.listing(database.read())}


@router.post("/nodes/{name}/drain", status_code=202)
def drain_node(name: Node, site: Here, who: Admin, body: Draining | None = None) -> dict[str, Any]:
    """Take nothing new: ``{"node", "until"}``; what still runs at `until` is stopped."""
    asked = body or Draining()
    until = machines.drain(site, name, by=who.name, timeout=asked.timeout, reason=asked.reason)
    return {"node": _node(name), "until": rfc3339(until)}


@router.post("/nodes/{name}/undrain")
def undrain_node(name: Node, site: Here, who: Admin, body: Why | None = None) -> dict[str, Any]:
    """Take runs again: ``{"node", "changed"}``; not changed: it was not draining."""
    changed = machines.undrain(site, name, by=who.name, reason=body.reason if body else None)
    return {"node": _node(name), "changed": changed}


@router.post("/nodes/{name}/resize")
def resize_node(name: Node, body: Sizing, site: Here, who: Admin) -> dict[str, Any]:
    """Give it so many worker processes and threads, at once and after a restart of it: ``{"node"}``."""
    machines.resize(site, name, body.processes, body.threads, by=who.name, reason=body.reason)
    return {"node": _node(name)}


def _node(name: str) -> dict[str, Any]:
    row = next((row for row in shown.listing(database.read()) if row["name"] == name), None)
    if row is None:
        raise Refusal("unknown_node", f"there is no node {name!r}: GET /api/v1/nodes lists them")
    return row
