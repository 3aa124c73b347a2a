"""Nodes as operators read them: one state in one word, what it means, and how a node is divided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from domain.time.spoken import count

Row = dict[str, Any]

#: State -> (icon, tone).
STATES = {
    "up": ("enabled", "good"),
    "draining": ("pause", "warn"),
    "lost": ("failed", "bad"),
    "left": ("none", "quiet"),
}
#: A node that is stopped in order comes last.
_ORDER = ("lost", "draining", "up", "left")


def rows(nodes: Sequence[Mapping[str, Any]], opened: Sequence[str]) -> list[Row]:
    """`web.shown.nodes.listing` with what only the page shows; those that need a look first.

    `open`: its processes are listed, as the address asks for; `size`: (worker processes, threads of each).
    """
    made = [
        {**node, "owes": owes(node), "size": size(node), "open": node["name"] in opened} for node in nodes
    ]
    return sorted(made, key=lambda node: (_ORDER.index(node["state"]), node["name"]))


def owes(node: Mapping[str, Any]) -> str:
    """What the state means for the runs of the node, in one line; empty when there is nothing to say.

    That of a draining node with runs ends in "until": its moment is added where times are written.
    """
    runs = count(node["busy"], "run")
    if node["state"] == "draining":
        if node["busy"]:
            return f"takes nothing new; {runs} still {'runs' if node['busy'] == 1 else 'run'} until"
        return "takes nothing new, and nothing runs any more: it can be stopped"
    if node["state"] == "lost":
        ended = f"{runs} of it are being ended" if node["busy"] else "its runs have ended as lost"
        return f"its lease is over: {ended}; what is planned on it waits until its misfire window is over"
    if node["state"] == "left":
        return "owes nothing: it stopped in order, or was lost for an hour"
    return "" if node["slots"] else "no worker process of it is up: it cannot execute anything"


def size(node: Mapping[str, Any]) -> tuple[int, int]:
    """How many worker processes it has, and how many threads each."""
    workers = [each["slots"] for each in node["processes"] if each["kind"] == "worker"]
    return max(1, len(workers)), max(workers, default=1) or 1


def tally(nodes: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many nodes are in each state, and the slots of those that are up: ``slots``, ``busy``."""
    states = Counter(node["state"] for node in nodes)
    up = [node for node in nodes if node["state"] == "up"]
    return {
        **{state: states[state] for state in STATES},
        "slots": sum(node["slots"] for node in up),
        "busy": sum(node["busy"] for node in up),
    }
