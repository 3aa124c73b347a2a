"""A second opinion on who may start and why the others wait, from the rows alone.

It is written to be read next to the design's rules ("Order", "Reasons"), slowly and without any of the
engine's shortcuts; it must not import `coordinator.decide`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.model.seen import Row, Seen

AGE_STEP = 60.0
RESERVE_AFTER = 60.0


@dataclass(frozen=True)
class Verdict:
    """What stops a run (`code`, "next" if nothing does), and what that points at."""

    code: str
    group: str | None = None
    holder: int | None = None
    ahead: int = 0


@dataclass
class Opinion:
    """The line in its order, a verdict for each, and where those that may start would go."""

    line: list[int]
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    starts: dict[int, str] = field(default_factory=dict)


def rank(run: Row, now: float) -> tuple[Any, ...]:
    """Preempting first; then priority, one better for each minute of waiting; then age; then id."""
    minutes = math.floor(max(0.0, now - run["queued_at"]) / AGE_STEP)
    return (not run["preempt"], max(0, run["priority"] - minutes), run["queued_at"], run["id"])


def judge(seen: Seen, again: Iterable[int] = ()) -> Opinion:
    """Everybody in the line, one after the other. `again`: runs to look at as if they still waited."""
    again = set(again)
    waiting = [run for run in seen.runs.values() if run["state"] == "queued" or run["id"] in again]
    waiting.sort(key=lambda run: rank(run, seen.now))
    active = [run for run in seen.runs.values() if run["state"] != "queued" and run["id"] not in again]
    taken = {group: run["id"] for run in active for group in run["run_groups"].split()}
    places = Counter(run["node"] for run in active if run["trigger"] != "hold")
    counts = Counter(_counted(seen, run) for run in active if run["trigger"] != "hold")
    slots = _slots(seen)
    kept: dict[str, int] = {}
    before: Counter[str] = Counter()
    opinion = Opinion([run["id"] for run in waiting])
    for run in waiting:
        verdict, node = _verdict(seen, run, taken, places, counts, slots, kept, before)
        opinion.verdicts[run["id"]] = verdict
        if verdict.code == "next":
            opinion.starts[run["id"]] = node
            taken |= dict.fromkeys(run["run_groups"].split(), run["id"])
            if run["trigger"] != "hold":
                places[node] += 1
                counts[_counted(seen, run)] += 1
        elif verdict.code in ("group", "reserved", "slots"):
            _stand(run, verdict, seen.now, kept, before)
    return opinion


def _stand(run: Row, verdict: Verdict, now: float, kept: dict[str, int], before: Counter[str]) -> None:
    """It stands in the lines of its groups, and after its patience keeps them for itself."""
    groups = run["run_groups"].split()
    if run["preempt"] or now - run["queued_at"] >= RESERVE_AFTER:
        for group in groups:
            kept.setdefault(group, run["id"])
    before.update(f"group {group}" for group in groups)
    if verdict.code == "slots":
        before[f"slots {run['for_node'] or run['roles']}"] += 1


def _verdict(
    seen: Seen,
    run: Row,
    taken: Mapping[str, int],
    places: Mapping[str, int],
    counts: Mapping[Any, int],
    slots: Mapping[str, int],
    kept: Mapping[str, int],
    before: Mapping[str, int],
) -> tuple[Verdict, str]:
    service, hold = seen.services[run["service"]], run["trigger"] == "hold"
    if run["not_before"] is not None and seen.now < run["not_before"]:
        return Verdict("not_before"), ""
    if run["trigger"] in ("schedule", "catch_up") and not service["enabled"]:
        return Verdict("disabled"), ""
    if seen.paused(run["service"]):
        return Verdict("paused"), ""
    if seen.maintenance is not None:
        return Verdict("maintenance"), ""
    able = able_nodes(seen, run, slots)
    if not able and not hold:
        return Verdict("no_node"), ""
    groups = run["run_groups"].split()
    for group in groups:
        if group in taken:
            return Verdict("group", group, taken[group], before.get(f"group {group}", 0)), ""
    if not hold and counts.get(_counted(seen, run), 0) >= service["parallel"]:
        return Verdict("parallel"), ""
    for group in groups:
        if group in kept:
            return Verdict("reserved", group, kept[group], before.get(f"group {group}", 0)), ""
    if hold:
        return Verdict("next"), run["for_node"]
    free, node = max((slots[name] - places.get(name, 0), name) for name in able)
    if free <= 0:
        return Verdict("slots", ahead=before.get(f"slots {run['for_node'] or run['roles']}", 0)), ""
    return Verdict("next"), node


def able_nodes(seen: Seen, run: Row, slots: Mapping[str, int] | None = None) -> list[str]:
    """The nodes that are up with a worker, and may and can run it."""
    roles = set(run["roles"].split())
    return [
        name
        for name in (_slots(seen) if slots is None else slots)
        if run["service"] in seen.nodes[name]["services"].split()
        and (name == run["for_node"] if run["for_node"] else roles & set(seen.nodes[name]["roles"].split()))
    ]


def _slots(seen: Seen) -> dict[str, int]:
    found: Counter[str] = Counter()
    for process in seen.processes.values():
        if process.kind == "worker" and process.state == "up" and seen.nodes[process.node]["state"] == "up":
            found[process.node] += process.slots
    return dict(found)


def _counted(seen: Seen, run: Row) -> tuple[str, str]:
    """What `parallel` counts together: the runs of a service, for `each` those of one node."""
    each = seen.services[run["service"]]["instances"] == "each"
    return run["service"], run["for_node"] if each else ""
