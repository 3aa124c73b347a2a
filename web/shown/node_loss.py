"""What a node takes along when it drains: the services that no other node could run then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from store import node, service
from store.tx import Tx
from web.acts.refusal import Refusal

Row = Mapping[str, Any]
Shown = dict[str, Any]


def last_allowed(tx: Tx, name: str) -> list[Shown]:
    """``{name, title, kind}`` of each enabled service whose last allowed node this is, by title.

    Only nodes that are up count: one that drains takes nothing new. Raises Refusal (unknown_node).
    """
    nodes = node.rows(tx)
    if all(row["name"] != name for row in nodes):
        raise Refusal("unknown_node", f"there is no node {name!r}: the page Nodes lists them")
    up = [row for row in nodes if row["state"] == "up"]
    lost = [
        {"name": row["name"], "title": row["title"], "kind": row["kind"]}
        for row in service.rows(tx)
        if row["enabled"] and not row["missing"] and _able(row, up) == [name]
    ]
    return sorted(lost, key=lambda each: str(each["title"]).casefold())


def _able(each: Row, nodes: Sequence[Row]) -> list[str]:
    """The nodes that have the service installed and one of its roles."""
    roles = set(each["roles"].split())
    return [
        row["name"]
        for row in nodes
        if each["name"] in row["services"].split() and not roles.isdisjoint(row["roles"].split())
    ]
