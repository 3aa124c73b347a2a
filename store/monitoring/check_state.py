"""Where each check stands. A look begins by one guarded statement and ends by another: nobody looks twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.monitoring.check_state import CheckRule, CheckState, after
from domain.monitoring.due import Plan
from domain.monitoring.level import Level
from store.tx import Tx, marks

#: Rows in one statement; SQLite takes at most 999 parameters.
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Start:
    """A look that is to begin: the check, its revision, the time after this one, and when we give up."""

    check_id: int
    revision: int
    due_at: float
    busy_until: float


@dataclass(frozen=True, slots=True)
class Result:
    """What a look found; `busy_until` is that of its `Start`. Times in epoch seconds, `took` in s."""

    check_id: int
    busy_until: float
    rule: CheckRule
    at: float
    level: Level
    text: str
    value: float | None
    unit: str
    took: float


def plans(tx: Tx) -> dict[int, tuple[int, Plan, str]]:
    """check -> (revision it was planned with, its plan, the level it was found at last)."""
    rows = tx.all("SELECT check_id, revision, due_at, busy_until, level FROM check_state")
    return {row[0]: (row[1], Plan(row[2], row[3]), row[4]) for row in rows}


def begin(tx: Tx, starts: Sequence[Start], now: float) -> set[int]:
    """Begin these looks; those that could be: nobody else looks, and each is due or was edited."""
    begun: set[int] = set()
    for at in range(0, len(starts), AT_ONCE):
        # In the order of their keys: two that begin the same ones must not wait for each other.
        part = sorted(starts[at : at + AT_ONCE], key=lambda each: each.check_id)
        rows = tx.all(
            f"""INSERT INTO check_state (check_id, revision, due_at, busy_until)
                VALUES {", ".join(["(?, ?, ?, ?)"] * len(part))}
                ON CONFLICT (check_id) DO UPDATE SET revision = excluded.revision,
                    due_at = excluded.due_at, busy_until = excluded.busy_until
                WHERE check_state.busy_until <= ?
                  AND (check_state.due_at <= ? OR check_state.revision <> excluded.revision)
                RETURNING check_id""",
            [
                *(v for each in part for v in (each.check_id, each.revision, each.due_at, each.busy_until)),
                *(now, now),
            ],
        )
        begun |= {row[0] for row in rows}
    return begun


def end(tx: Tx, results: Sequence[Result]) -> dict[int, CheckState]:
    """Keep what looks found, with their history; the new state of each that nobody gave up meanwhile."""
    found: dict[int, CheckState] = {}
    for at in range(0, len(results), AT_ONCE):
        found |= _end(tx, sorted(results[at : at + AT_ONCE], key=lambda each: each.check_id))
    return found


def give_back(tx: Tx, starts: Sequence[Start], now: float) -> None:
    """These looks were stopped before they ended: they are due again at once."""
    tx.many(
        "UPDATE check_state SET busy_until = 0, due_at = ? WHERE check_id = ? AND busy_until = ?",
        [(now, each.check_id, each.busy_until) for each in starts],
    )


def _end(tx: Tx, results: Sequence[Result]) -> dict[int, CheckState]:
    rows = tx.dicts(
        f"""SELECT check_id, busy_until, is_open, fails, passes, doubled, changed_at, level
            FROM check_state WHERE check_id IN ({marks(results)})
            ORDER BY check_id{tx.for_update("check_state")}""",
        [each.check_id for each in results],
    )
    known = {row["check_id"]: row for row in rows}
    ours = [each for each in results if _ours(known.get(each.check_id), each)]
    states = {each.check_id: _after(known[each.check_id], each) for each in ours}
    tx.many(
        """UPDATE check_state SET busy_until = 0, level = ?, looked_at = ?, text = ?, value = ?, unit = ?,
               level_since = CASE WHEN level = ? THEN level_since ELSE ? END,
               took = ?, is_open = ?, fails = ?, passes = ?, doubled = ?, changed_at = ?
           WHERE check_id = ? AND busy_until = ?""",
        [_row(each, states[each.check_id]) for each in ours],
    )
    tx.many(
        "INSERT INTO check_result (check_id, at, level, value, took, text) VALUES (?, ?, ?, ?, ?, ?)",
        [(each.check_id, each.at, each.level, each.value, each.took, each.text) for each in ours],
    )
    return states


def _ours(row: Mapping[str, Any] | None, result: Result) -> bool:
    return row is not None and row["busy_until"] == result.busy_until


def _after(row: Mapping[str, Any], result: Result) -> CheckState:
    before = CheckState(bool(row["is_open"]), row["fails"], row["passes"], row["doubled"], row["changed_at"])
    return after(before, result.level == "good", result.rule, result.at)


def _row(each: Result, state: CheckState) -> tuple[Any, ...]:
    return (
        *(each.level, each.at, each.text, each.value, each.unit, each.level, each.at, each.took),
        *(state.is_open, state.fails, state.passes, state.doubled, state.changed_at),
        *(each.check_id, each.busy_until),
    )
