"""The law of the ledger: each planned minute that was accounted for has exactly one outcome, the right one.

Which minutes are planned, and what becomes of them, is worked out minute by minute from the service's row
as it was before the step (design: rules of time). The model's site is in UTC.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.model.seen import Row, Seen

MINUTE = 60


def check_plan(before: Seen, after: Seen) -> None:
    """Compare what was recorded in this step with what was planned in it. Raises AssertionError."""
    for name, service in before.services.items():
        since, until = service["accounted_until"], after.services[name]["accounted_until"]
        if since is None or until == since:
            assert not _recorded(after, name, None), f"{name}: occurrences without accounting"
            continue
        assert until > since, f"{name}: accounted back from {since} to {until}"
        planned = _planned(service, since, until)
        for node in _places(before, service):
            records = _recorded(after, name, node)
            _compare(before, after, service, node, planned, records)
        assert {row["for_node"] for row in _recorded(after, name, None)} <= set(_places(before, service))


def _compare(
    before: Seen, after: Seen, service: Row, node: str, planned: list[int], records: list[Row]
) -> None:
    where = f"{service['name']} on {node or 'any node'} at {after.now:.0f}"
    starts = [row["planned_at"] for row in records]
    assert len(starts) == len(set(starts)), f"{where}: a planned time twice"
    assert set(starts) <= set(planned), f"{where}: recorded what was not planned"
    kinds: dict[str, list[int]] = {"idle": [], "missed": [], "misfire": [], "rest": []}
    for at in planned:
        kinds[_fate(before, service, at, after.now)].append(at)
    found = {kind: [row for row in records if _kind(row) == kind] for kind in kinds}
    for kind, times in kinds.items():
        count = sum(row["planned_count"] for row in found[kind])
        assert count == len(times), f"{where}: {len(times)} {kind} times, {count} recorded"
    assert sorted(row["planned_at"] for row in found["rest"]) == kinds["rest"], where
    born = {edge.run_id: edge.after for edge in after.edges if edge.before is None}
    queued = sum(born[row["id"]] == "queued" for row in found["rest"])
    expected = _to_queue(before, service, node, kinds["rest"], after.now)
    assert queued == expected, f"{where}: {queued} occurrences wait, expected {expected}"
    alive = {row["id"]: row for row in (*before.runs.values(), *after.fresh)}
    for row in records:
        if row["state"] == "merged":
            into = alive[row["merged_into"]]
            assert (into["service"], into["for_node"]) == (service["name"], node), (
                f"{where}: merged elsewhere"
            )


def _to_queue(before: Seen, service: Row, node: str, rest: list[int], now: float) -> int:
    """How many of the times that are to be served stand in line for themselves (overlap and misfire)."""
    mine = [
        row
        for row in before.runs.values()
        if (row["service"], row["for_node"]) == (service["name"], node) and _scheduled(row)
    ]
    if not rest:
        return 0
    if service["overlap"] == "skip":
        return 0 if mine else 1
    if service["overlap"] == "queue_one":
        return 0 if any(row["state"] == "queued" for row in mine) else 1
    on_time = sum(now - at < MINUTE for at in rest)
    return len(rest) if service["misfire"] == "all" else on_time or 1


def _fate(before: Seen, service: Row, at: int, now: float) -> str:
    stop, since, until = before.maintenance, service["paused_at"], service["paused_until"]
    if stop is not None and at >= stop["at"]:
        return "idle"
    if since is not None and at >= since and (until is None or at < until):
        return "idle"
    late = now - at
    if late >= MINUTE and late > service["misfire_window"] + MINUTE:
        return "missed"
    return "misfire" if late >= MINUTE and service["misfire"] == "skip" else "rest"


def _kind(row: Row) -> str:
    if row["state"] == "missed":
        return "missed"
    return {"paused": "idle", "maintenance": "idle", "misfire": "misfire"}.get(row["reason"] or "", "rest")


def _planned(service: Row, since: int, until: int) -> list[int]:
    if not service["enabled"]:
        return []
    rule = json.loads(service["rule"])
    first = since // MINUTE * MINUTE + MINUTE
    return [at for at in range(first, until + 1, MINUTE) if _is_planned(rule, at)]


def _is_planned(rule: Mapping[str, Any], at: int) -> bool:
    of_day = at // MINUTE % 1440
    if rule["kind"] == "periodic":
        counted = of_day % 60 if 60 % rule["minutes"] == 0 else of_day
        return bool((counted - rule["align"]) % rule["minutes"] == 0)
    return rule["kind"] == "fixed_time" and f"{of_day // 60:02}:{of_day % 60:02}" in rule["times"]


def _places(before: Seen, service: Row) -> list[str]:
    """Where an occurrence is owed: on any node, or on each that is up, drains or is lost."""
    if service["instances"] != "each":
        return [""]
    roles = set(service["roles"].split())
    return [
        name
        for name, row in before.nodes.items()
        if row["state"] != "left" and roles & set(row["roles"].split())
    ]


def _recorded(after: Seen, name: str, node: str | None) -> list[Row]:
    return [
        row
        for row in after.fresh
        if row["service"] == name and _scheduled(row) and (node is None or row["for_node"] == node)
    ]


def _scheduled(row: Row) -> bool:
    return row["planned_at"] is not None
