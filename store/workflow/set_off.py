"""Runs come into being: one for each workflow that an event sets off, looked at once and in order.

A run keeps the version that was in force, and its steps with their texts filled in.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from config.known_secrets import hidden
from domain.hooks.told import Told, of_change, of_event
from domain.workflow import happened, matching
from domain.workflow.filled import filled
from domain.workflow.problem import WorkflowProblem
from store import event, setting
from store.tx import Tx
from store.workflow.kept import Listening

#: Rows of the log that one transaction looks at.
BATCH = 500
SENDER = "workflows"
READERS: dict[str, Callable[[Mapping[str, Any]], Told | None]] = {"event": of_event, "change": of_change}


def fill(tx: Tx, source: str, workflows: Sequence[Listening], now: float) -> tuple[int, bool]:
    """Begin runs for the next rows of ``event`` or ``change``; how many, and whether more rows wait.

    Each row is looked at once, in the order of numbers: nothing can appear below the last one any more. A
    site's first look begins with what comes next.
    """
    if tx.dialect == "postgresql":
        # It commits numbers out of order: whoever is writing now ends first.
        tx.run(f"LOCK TABLE {source} IN SHARE ROW EXCLUSIVE MODE")
    top = int(tx.value(f"SELECT COALESCE(MAX(id), 0) FROM {source}"))
    name = f"workflows_{source}"
    cursor = setting.get(tx, name)
    if cursor is None or not workflows:
        setting.put(tx, name, top, now)
        return 0, False
    rows = tx.dicts(
        f"SELECT * FROM {source} WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (int(cursor), top, BATCH)
    )
    made = 0
    for row in rows:
        told = READERS[source](row)
        if told is not None:
            made += sum(_begin(tx, each, told, now) for each in workflows if _asks(each, told))
    last = rows[-1]["id"] if len(rows) == BATCH else top
    if last != cursor:
        setting.put(tx, name, last, now)
    return made, last < top


def fail(tx: Tx, run_id: int, error: str, now: float, state: str = "failed") -> bool:
    """The run ends undone, and an event tells of it; whether it still ran."""
    row = tx.one(
        """UPDATE workflow_run SET state = ?, error = ?, ended_at = ? WHERE id = ? AND state = 'running'
           RETURNING workflow_id, chain""",
        (state, hidden(error), now, run_id),
    )
    if row is None:
        return False
    tx.run(
        """UPDATE workflow_step SET state = 'skipped', ended_at = ?
           WHERE run_id = ? AND state IN ('waiting', 'doing')""",
        (now, run_id),
    )
    if state == "failed":
        name = tx.value("SELECT name FROM workflow WHERE id = ?", (row[0],))
        told = json.loads(row[1])
        event.add(
            tx,
            at=now,
            type="workflow_failed",
            severity="error",
            sender=SENDER,
            text=f"workflow {name} failed: {error}",
            tags=("workflow",),
            data={"workflow": name, "workflow_run": run_id, happened.CHAIN: [*told, row[0]]},
            key=f"workflow:{run_id}",
        )
    return True


def _asks(workflow: Listening, told: Told) -> bool:
    return told.at >= workflow.since and matching.matches(workflow.definition, told)


def _begin(tx: Tx, workflow: Listening, told: Told, now: float) -> int:
    refused = matching.refusal(workflow.id, told)
    led = happened.chain(told)
    run_id = tx.value(
        """INSERT INTO workflow_run (workflow_id, version, source, source_id, event, chain, state, error,
                                     began_at, ended_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (workflow_id, source, source_id) DO NOTHING RETURNING id""",
        (
            *(workflow.id, workflow.version, told.source, told.source_id, hidden(json.dumps(asdict(told)))),
            *(json.dumps(led), "refused" if refused else "running", refused, now, now if refused else None),
        ),
    )
    if run_id is None:
        return 0
    if refused:
        return 1
    try:
        actions = filled(workflow.definition, told)
    except WorkflowProblem as problem:
        fail(tx, run_id, str(problem), now)
        return 1
    tx.many(
        "INSERT INTO workflow_step (run_id, n, kind, action, key) VALUES (?, ?, ?, ?, ?)",
        [
            # A key of its own, never one made from numbers: a database that was put back gives those again.
            (run_id, n, action["kind"], hidden(json.dumps(action, ensure_ascii=False)), str(uuid.uuid4()))
            for n, action in enumerate(actions, 1)
        ],
    )
    return 1
