"""Jobs of rating calls again, and how far each has come.

The place (`next_day`, `next_id`) is moved in the transaction that writes what was rated up to there, and only
from where it was: of two who work on one job one finds it moved, and writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.calls.selection import Selection
from store.calls import day_state
from store.tx import Tx

UNFINISHED = ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Job:
    """Days since 1970; `next_id`: the last call of `next_day` that is done."""

    id: int
    state: str
    first_day: int
    last_day: int
    selection: Selection
    next_day: int
    next_id: int
    legs: int
    changed: int
    refused: int
    text: str
    asked_by: str
    asked_at: float
    ended_at: float | None


_COLUMNS = (
    "id, state, first_day, last_day, filter, next_day, next_id, legs, changed, refused, text, asked_by, "
    "asked_at, ended_at"
)


def ask(tx: Tx, first_day: int, last_day: int, selection: Selection, *, by: str, now: float) -> int:
    """A new job; its number."""
    found: int = tx.value(
        """INSERT INTO rerating (state, first_day, last_day, filter, next_day, asked_by, asked_at)
           VALUES ('waiting', ?, ?, ?, ?, ?, ?) RETURNING id""",
        (first_day, last_day, selection.said(), first_day, by, now),
    )
    return found


def one(tx: Tx, number: int) -> Job | None:
    """A job by its number."""
    row = tx.one(f"SELECT {_COLUMNS} FROM rerating WHERE id = ?", (number,))
    return _job(row) if row else None


def newest(tx: Tx, most: int, before: int | None = None) -> list[Job]:
    """Jobs, the newest first; `before`: only those with a smaller number."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM rerating WHERE id < ? ORDER BY id DESC LIMIT ?",
        (2**63 - 1 if before is None else before, most),
    )
    return [_job(row) for row in rows]


def next_one(tx: Tx) -> Job | None:
    """The oldest that is not finished."""
    row = tx.one(f"SELECT {_COLUMNS} FROM rerating WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 1")
    return _job(row) if row else None


def start(tx: Tx, number: int) -> bool:
    """From waiting to running."""
    return tx.run("UPDATE rerating SET state = 'running' WHERE id = ? AND state = 'waiting'", (number,)) == 1


def move(tx: Tx, job: Job, to: tuple[int, int], *, legs: int = 0) -> bool:
    """Say that it has come to (day, id); False if it is not where `job` says, or does not run any more."""
    return (
        tx.run(
            """UPDATE rerating SET next_day = ?, next_id = ?, legs = legs + ?
           WHERE id = ? AND state = 'running' AND next_day = ? AND next_id = ?""",
            (*to, legs, job.id, job.next_day, job.next_id),
        )
        == 1
    )


def count(tx: Tx, number: int, *, changed: int, refused: int) -> None:
    """What became of the calls that it has passed."""
    tx.run(
        "UPDATE rerating SET changed = changed + ?, refused = refused + ? WHERE id = ?",
        (changed, refused, number),
    )


def tell(tx: Tx, number: int, text: str) -> None:
    """Add a line to what is said of it."""
    tx.run(
        "UPDATE rerating SET text = text || CASE WHEN text = '' THEN '' ELSE '; ' END || ? WHERE id = ?",
        (text, number),
    )


def end(tx: Tx, number: int, state: str, now: float) -> bool:
    """From running to ``done`` or ``failed``, from anything unfinished to ``cancelled``."""
    states = "('waiting', 'running')" if state == "cancelled" else "('running')"
    ended = tx.run(
        f"UPDATE rerating SET state = ?, ended_at = ? WHERE id = ? AND state IN {states}",
        (state, now, number),
    )
    return ended == 1


def holder(number: int) -> str:
    """What stands in a day that this job works on."""
    return f"rerating:{number}"


def left_days(tx: Tx) -> list[tuple[int, int]]:
    """(day, job) of days that are held by jobs which do not run any more."""
    found = []
    for day, (state, who) in day_state.states(tx).items():
        if state == "rerating" and who.startswith("rerating:"):
            number = int(who.removeprefix("rerating:"))
            job = one(tx, number)
            if job is None or job.state not in UNFINISHED:
                found.append((day, number))
    return sorted(found)


def _job(row: Any) -> Job:
    values = list(row)
    values[4] = Selection.of(values[4])
    return Job(*values)
