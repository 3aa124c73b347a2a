"""The sentence that a waiting run should carry, from the oracle's verdict and the rows alone."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.time.spoken import span
from tests.model.oracle import Opinion, able_nodes
from tests.model.seen import Row, Seen

_PLAIN = {
    "next": "starts at the next look of the coordinator",
    "disabled": "its service was disabled: it is skipped at the next look of the coordinator",
    "paused": "its service is paused",
    "maintenance": "maintenance is on: nothing starts",
}


def sentence(seen: Seen, run: Row, opinion: Opinion) -> str:
    """One sentence for people."""
    verdict = opinion.verdicts[run["id"]]
    code = verdict.code
    if code in _PLAIN:
        return _PLAIN[code]
    if code == "not_before":
        return f"not before {datetime.fromtimestamp(run['not_before'], UTC):%H:%M} (next try)"
    if code == "parallel":
        service = seen.services[run["service"]]
        limit = "one run" if service["parallel"] == 1 else f"{service['parallel']} runs"
        where = f" on {run['for_node']}" if service["instances"] == "each" and run["for_node"] else ""
        return f"at most {limit} of it at once{where}: the earlier one has not ended"
    if code == "no_node":
        return _no_node(seen, run)
    ahead = f"; {verdict.ahead} ahead" if verdict.ahead else ""
    if code == "slots":
        return f"{_busy(seen, run)}{ahead}"
    assert verdict.holder is not None
    other = seen.runs[verdict.holder]
    title = seen.services[other["service"]]["title"]
    if code == "reserved":
        waited = span(seen.now - other["queued_at"])
        return f"waits for group {verdict.group}, kept for {title}, which has waited {waited}{ahead}"
    if other["state"] == "queued":
        return f"waits for group {verdict.group}, next taken by {title}{ahead}"
    since = other["granted_at"] if other["started_at"] is None else other["started_at"]
    held = f"held by {title} on {other['node']} for {span(seen.now - since)}"
    return f"waits for group {verdict.group}, {held}{ahead}"


def _busy(seen: Seen, run: Row) -> str:
    nodes = able_nodes(seen, run)
    slots = sum(
        each.slots for each in seen.processes.values() if _works(each.kind, each.state, each.node, nodes)
    )
    roles = {role for node in nodes for role in seen.nodes[node]["roles"].split()} & set(run["roles"].split())
    where = run["for_node"] or " or ".join(sorted(roles))
    return f"all {slots} slots of {where} are busy" if slots > 1 else f"the only slot of {where} is busy"


def _works(kind: str, state: str, node: str, nodes: list[str]) -> bool:
    return kind == "worker" and state == "up" and node in nodes


def _no_node(seen: Seen, run: Row) -> str:
    up = {
        each.node
        for each in seen.processes.values()
        if _works(
            each.kind, each.state, each.node, [n for n, row in seen.nodes.items() if row["state"] == "up"]
        )
    }
    if run["for_node"]:
        return f"node {run['for_node']} {'cannot run it' if run['for_node'] in up else 'is not up'}"
    roles = run["roles"].split()
    if any(set(roles) & set(seen.nodes[name]["roles"].split()) for name in up):
        return f"no node that is up has service {run['service']} installed"
    return f"no node with role {' or '.join(sorted(roles))} is up"
