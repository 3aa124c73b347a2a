"""The runs and jobs that a report reads, newest first, in portions.

What has ended is found by when it ended, what is open by its state; each has an index, so that a
report over a day costs the same however long the history is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from domain.report.kinds import KINDS
from domain.report.period import Span
from domain.report.query import Query
from store import database
from store.tx import marks

#: Rows of one statement; between two of them others get their turn.
PORTION = 2_000

#: Column of a report -> what it is in the table; "day" comes from `at`.
EXPRESSIONS = {
    "runs": {
        **{
            name: name
            for name in (
                *("id", "service", "trigger", "state", "outcome", "planned_at", "requested_at"),
                *("requested_by", "started_at", "ended_at", "attempt", "reason", "message", "error"),
            )
        },
        "node": "COALESCE(node, NULLIF(for_node, ''))",
        "queue_time": "started_at - queued_at",
        "duration": "ended_at - started_at",
    },
    "jobs": {
        **{
            name: name
            for name in (
                *("id", "kind", "organisation", "backend", "object", "state", "held_reason", "tries"),
                *("added_at", "added_by", "ended_by", "reason", "message", "error"),
            )
        },
        "started_at": "claimed_at",
        "ended_at": "COALESCE(ended_at, failed_at)",
        "duration": "COALESCE(ended_at, failed_at) - claimed_at",
    },
}


@dataclass(frozen=True)
class _Part:
    """A part of the answer: the column it goes by, and what is in it; `timed`: only within the span."""

    by: str
    where: str
    states: frozenset[str]
    timed: bool = True


_PARTS = {
    "runs": (
        _Part("queued_at", "state = 'queued'", frozenset(("queued",)), timed=False),
        _Part("queued_at", "state IN ('granted', 'running')", frozenset(("granted", "running")), timed=False),
        _Part("ended_at", "ended_at IS NOT NULL", frozenset(KINDS["runs"].states) - KINDS["runs"].open),
    ),
    "jobs": (
        _Part("added_at", "ended_at IS NULL AND state <> 'failed'", KINDS["jobs"].open, timed=False),
        _Part("failed_at", "state = 'failed'", frozenset(("failed",))),
        _Part(
            "ended_at",
            "ended_at IS NOT NULL",
            frozenset(KINDS["jobs"].states) - KINDS["jobs"].open - {"failed"},
        ),
    ),
}
_TABLES = {"runs": "run", "jobs": "job"}


def rows(query: Query, over: Span, portion: int = PORTION) -> Iterator[dict[str, Any]]:
    """The runs or jobs of this query by column name, with `at`, by which they come (epoch seconds).

    What is open comes first, and only if its states are asked for.
    """
    wanted = frozenset(query.words.get("state", ()))
    for part in _PARTS[query.kind]:
        chosen = part.states & wanted if wanted else part.states if part.timed else frozenset()
        if chosen:
            yield from _read(query, part, sorted(chosen) if wanted else (), over, portion)


def _read(
    query: Query, part: _Part, states: Sequence[str], over: Span, portion: int
) -> Iterator[dict[str, Any]]:
    where, params = _where(query, part, states)
    names = EXPRESSIONS[query.kind]
    columns = ", ".join(f"{expression} AS {name}" for name, expression in names.items())
    # Holds of daemons are no runs.
    only = "trigger <> 'hold' AND " if query.kind == "runs" else ""
    until, last_id = float(over.until), 0
    if not part.timed:
        until = 1e15
    while True:
        since = [over.since] if part.timed else []
        found = database.read().dicts(
            f"""SELECT {columns}, {part.by} AS at FROM {_TABLES[query.kind]}
                WHERE {only}{where} {f"AND {part.by} >= ?" if part.timed else ""}
                    AND {part.by} <= ? AND ({part.by} < ? OR id < ?)
                ORDER BY {part.by} DESC, id DESC LIMIT ?""",
            (*params, *since, until, until, last_id, portion),
        )
        yield from found
        if len(found) < portion:
            return
        until, last_id = found[-1]["at"], found[-1]["id"]


def _where(query: Query, part: _Part, states: Sequence[str]) -> tuple[str, list[Any]]:
    wheres = [part.where]
    params: list[Any] = []
    for name, words in (query.words | ({"state": tuple(states)} if states else {})).items():
        # As an expression: by an index on the column itself all of history would be read.
        column = f"({EXPRESSIONS[query.kind][name]} || '')"
        wheres.append(f"{column} IN ({marks(words)})")
        params += words
    return " AND ".join(wheres), params
