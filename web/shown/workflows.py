"""Workflows, their runs with steps, and what one would do with an event: for page, API and command line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain.hooks.told import Told
from domain.time.clock import rfc3339
from domain.workflow.definition import Definition, from_json, plain
from domain.workflow.filled import filled, in_words
from domain.workflow.happened import FIELDS, values
from domain.workflow.matching import look_at, matches, named, refusal
from domain.workflow.problem import WorkflowProblem
from store.tx import Tx
from store.workflow import kept, listed
from store.workflow.recent import event, recent

Shown = dict[str, Any]

__all__ = ["FIELDS", "dry_run", "events", "listing", "one", "run", "runs"]


def listing(tx: Tx) -> list[Shown]:
    """All that are not archived, by name, each with its last run."""
    rows = kept.listed(tx)
    last = listed.last(tx, [row["id"] for row in rows])
    return [_workflow(row, last.get(row["id"])) for row in rows]


def one(tx: Tx, workflow_id: int) -> Shown | None:
    """A workflow with its definition and its versions; None: there is none."""
    row = kept.one(tx, workflow_id)
    if row is None:
        return None
    return {
        **_workflow(row, listed.last(tx, [workflow_id]).get(workflow_id)),
        "archived_at": rfc3339(row["archived_at"]),
        "definition": plain(from_json(row["definition"])),
        "versions": [
            {"version": each["version"], "by": each["made_by"], "at": rfc3339(each["made_at"])}
            for each in kept.versions(tx, workflow_id)
        ],
    }


def runs(tx: Tx, workflow_id: int | None, limit: int = 50, before: int | None = None) -> Shown:
    """``{runs, next}``: the newest first, each with its steps; `next` is the `before` of the next page."""
    rows, more = listed.page(tx, workflow_id, limit, before)
    steps = listed.steps(tx, [row["id"] for row in rows])
    return {"runs": [_run(row, steps[row["id"]]) for row in rows], "next": more}


def run(tx: Tx, run_id: int) -> Shown | None:
    """A run with its steps and its ``happened``, the event with its values; None: there is none."""
    row = listed.one(tx, run_id)
    if row is None:
        return None
    told = json.loads(row["event"])
    return {**_run(row, listed.steps(tx, [run_id])[run_id]), "happened": {**told, "at": rfc3339(told["at"])}}


def events(tx: Tx, definition: Definition, limit: int = 50) -> list[Shown]:
    """The newest events of such a name: ``key``, ``name``, ``at``, ``text``, ``object`` and `matches`."""
    return [
        {
            "key": f"{told.source}-{told.source_id}",
            "name": told.name,
            "at": rfc3339(told.at),
            "text": str(told.data.get("text") or ""),
            "object": told.object,
            "matches": matches(definition, told),
        }
        for told in recent(tx, lambda told: named(definition, told), limit)
    ]


def dry_run(tx: Tx, definition: Definition, key: str, workflow_id: int = 0) -> Shown | None:
    """What it would do with an event (`key` as in `events`), of which nothing is done; None: no such event.

    ``{event, values, named, conditions, matches, refused, actions, problem}``.
    """
    told = event(tx, key)
    return None if told is None else _would(definition, told, workflow_id)


def _would(definition: Definition, told: Told, workflow_id: int) -> Shown:
    actions: list[Shown] = []
    problem = None
    try:
        actions = [{"said": in_words(each), **each} for each in filled(definition, told)]
    except WorkflowProblem as error:
        problem = str(error)
    return {
        "event": {"name": told.name, "at": rfc3339(told.at), "object": told.object},
        "values": values(told),
        "named": named(definition, told),
        "conditions": [
            {"said": each.said, "found": each.found, "holds": each.holds}
            for each in look_at(definition, told)
        ],
        "matches": matches(definition, told),
        "refused": refusal(workflow_id, told),
        "actions": actions,
        "problem": problem,
    }


def _workflow(row: Mapping[str, Any], last: Mapping[str, Any] | None) -> Shown:
    definition = from_json(row["definition"])
    return {
        "id": row["id"],
        "name": row["name"],
        "enabled": bool(row["enabled"]),
        "version": row["version"],
        "event": definition.event,
        "conditions": len(definition.conditions),
        "actions": [each.kind for each in definition.actions],
        "changed_by": row["made_by"],
        "changed_at": rfc3339(row["made_at"]),
        "last_run": None
        if last is None
        else {
            "id": last["id"],
            "state": last["state"],
            "at": rfc3339(last["began_at"]),
            "error": last["error"],
        },
    }


def _run(row: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Shown:
    told = json.loads(row["event"])
    return {
        "id": row["id"],
        "workflow": row["workflow"],
        "workflow_id": row["workflow_id"],
        "version": row["version"],
        "event": told["name"],
        "object": told["object"],
        "depth": len(json.loads(row["chain"])),
        "state": row["state"],
        "error": row["error"],
        "began_at": rfc3339(row["began_at"]),
        "ended_at": rfc3339(row["ended_at"]),
        "steps": [
            {
                "n": each["n"],
                "kind": each["kind"],
                "said": in_words(json.loads(each["action"])),
                "state": each["state"],
                "tries": each["tries"],
                "maybe_twice": bool(each["unknown"]),
                "answer": each["answer"],
                "key": each["key"],
                "next_try_at": rfc3339(each["not_before"])
                if each["state"] == "waiting" and each["not_before"]
                else None,
                "ended_at": rfc3339(each["ended_at"]),
            }
            for each in steps
        ],
    }
