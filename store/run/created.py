"""New runs: occurrences of a schedule and requests of people, each with its place in the groups."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.tx import FLOAT, Tx

_COLUMNS = (
    "service, for_node, trigger, state, reason, planned_at, planned_until, planned_count, planned_text,"
    " requested_at, requested_by, request_reason, queued_at, priority, preempt, roles, run_groups, args,"
    " step, apart, ended_at, merged_into, wait_code, wait_since"
)
_TYPES = (
    *("text", "text", "text", "text", "text", "bigint", "bigint", "bigint", "text"),
    *(FLOAT, "text", "text", FLOAT, "integer", "boolean", "text", "text", "text"),
    *("integer", "boolean", FLOAT, "bigint", "text", FLOAT),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRun:
    """A run to insert. Final ones (merged, skipped, missed) have their end with their beginning."""

    service: str
    trigger: str
    requested_at: float
    queued_at: float
    roles: str
    run_groups: str
    priority: int
    for_node: str = ""
    state: str = "queued"
    reason: str | None = None
    planned_at: int | None = None
    planned_until: int | None = None
    planned_count: int = 1
    planned_text: str | None = None
    requested_by: str | None = None
    request_reason: str | None = None
    preempt: bool = False
    args: Mapping[str, Any] = field(default_factory=dict)
    step: int | None = None
    apart: bool = False  # of that step alone, beside the service's other runs
    merged_into: int | None = None
    wait_code: str | None = None  # why it waits, where that is known without a look


def insert(tx: Tx, runs: Sequence[NewRun]) -> list[int | None]:
    """Insert runs and their memberships; the new ids, None where that occurrence exists already.

    Several at once must be occurrences.
    """
    ids: list[int | None] = []
    for start in range(0, len(runs), 500):
        ids += _insert_some(tx, runs[start : start + 500])
    members = [
        (run_id, group)
        for run_id, run in zip(ids, runs, strict=True)
        if run_id is not None and run.state == "queued"
        for group in run.run_groups.split()
    ]
    _join(tx, members)
    return ids


def insert_as(tx: Tx, runs: Sequence[tuple[int, NewRun]]) -> None:
    """Insert requests' runs under ids that were drawn for them; it travels with what is said next."""
    if not runs:
        return
    rows, values = tx.table(("bigint", *_TYPES), [(run_id, *_values(run)) for run_id, run in runs])
    tx.later(f"INSERT INTO run (id, {_COLUMNS}) {rows}", values)
    _join(tx, [(run_id, group) for run_id, run in runs for group in run.run_groups.split()])


def _join(tx: Tx, members: Sequence[tuple[int, str]]) -> None:
    """Place runs in the lines of their groups, given as (run, group)."""
    for start in range(0, len(members), 1_000):
        rows, values = tx.table(("bigint", "text"), members[start : start + 1_000])
        tx.later(f"INSERT INTO membership (run_id, run_group) {rows}", values)


def _insert_some(tx: Tx, runs: Sequence[NewRun]) -> list[int | None]:
    rows, values = tx.table(_TYPES, [_values(run) for run in runs])
    inserted = tx.all(
        f"""INSERT INTO run ({_COLUMNS}) {rows}
            ON CONFLICT (service, for_node, planned_at) WHERE planned_at IS NOT NULL DO NOTHING
            RETURNING id, service, for_node, planned_at""",
        values,
    )
    if len(inserted) == len(runs) == 1:
        return [inserted[0][0]]
    by_key = {tuple(row[1:]): row[0] for row in inserted}
    return [by_key.get((run.service, run.for_node, run.planned_at)) for run in runs]


def args_text(args: Mapping[str, Any]) -> str:
    """Arguments as their column holds them: equal ones are equal texts."""
    return json.dumps(dict(args), sort_keys=True)


def _values(run: NewRun) -> tuple[Any, ...]:
    final = run.state != "queued"
    return (
        *(run.service, run.for_node, run.trigger, run.state, run.reason, run.planned_at, run.planned_until),
        *(run.planned_count, run.planned_text, run.requested_at, run.requested_by, run.request_reason),
        *(run.queued_at, run.priority, run.preempt, run.roles, run.run_groups, args_text(run.args)),
        *(run.step, run.apart, run.requested_at if final else None, run.merged_into),
        *(run.wait_code, run.queued_at if run.wait_code else None),
    )
