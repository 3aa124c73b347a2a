"""Nodes: their state, slots and processes, live."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from web.access.guard import Viewer
from web.live.hub import Hub, Look
from web.live.picture import Picture
from web.live.stream import key_of, own_address
from web.pages.node_rows import STATES, Row, rows, tally
from web.pages.render import fragment, render
from web.shown import nodes as shown

router = APIRouter(include_in_schema=False)

PAGE = "/nodes"


@router.get(PAGE)
def index(request: Request, who: Viewer) -> Response:
    """The table; ``open=NAME`` unfolds a node. To a link of the page itself, only the table."""
    hub: Hub = request.app.state.hub
    picture, mark = hub.look(key_of("nodes", who.role, request))
    table = picture.whole(mark)
    if request.headers.get("hx-target", "").endswith("table"):
        return HTMLResponse(table, headers={"hx-replace-url": own_address(request)})
    return render(request, who, "nodes.html", table=table)


def view(look: Look) -> Picture:
    """The live part: a row for each node, and the processes of those that are unfolded."""
    listed = look.once("nodes", lambda: shown.listing(look.tx))
    opened = tuple(value for name, value in look.params if name == "open")
    nodes = rows(listed, opened)
    parts = {"tally": fragment("_nodes_tally.html", counts=tally(nodes))}
    for node in nodes:
        parts[f"node-{node['name']}"] = _row(node, opened, look)
        if node["open"]:
            parts[f"processes-{node['name']}"] = fragment(
                "_node_processes.html", node=node, zone=look.site.zone
            )
    return Picture(
        container="table", parts=parts, whole=partial(_whole, nodes, parts, look), layout=tuple(parts)
    )


def _row(node: Row, opened: tuple[str, ...], look: Look) -> str:
    return fragment(
        "_node_row.html",
        node=node,
        states=STATES,
        zone=look.site.zone,
        may_act=look.role == "admin",
        fold=_fold(node["name"], opened),
    )


def _fold(name: str, opened: tuple[str, ...]) -> str:
    """The address that unfolds a node, or folds it again."""
    kept = [each for each in opened if each != name] if name in opened else [*opened, name]
    return PAGE + ("?" + urlencode([("open", each) for each in kept]) if kept else "")


def _whole(nodes: list[Row], parts: dict[str, str], look: Look, mark: str) -> str:
    return fragment(
        "_nodes_table.html",
        nodes=nodes,
        parts=parts,
        stream="/live/nodes?" + urlencode([*look.params, ("since_mark", mark)]),
        may_act=look.role == "admin",
    )
