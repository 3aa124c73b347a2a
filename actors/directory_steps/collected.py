"""Collects what needs somebody into our own table, from which alerts open, and close when it is over.

Of directories: those that cannot be read for long; of jobs: those that failed. Units and groups that are not
there are found by the steps before; checks of servers have alerts of their own (MonitoringWork).
"""

from __future__ import annotations

from typing import Any

from actors.context import Context
from actors.outcome import Outcome
from domain.time.spoken import count, span
from store.problem import Problem, publish

SOURCE = "directories"
BACKEND = "directory"


def collect(context: Context, silent_minutes: float) -> Outcome:
    """Look through our own tables. Counts: ``found``, ``new``, ``over``."""
    from store import database

    now = context.now.timestamp()

    def work(tx: Any) -> tuple[int, int, int]:
        found = [*_directories(tx, now, silent_minutes * 60), *_jobs(tx)]
        new, over = publish(tx, SOURCE, found, now)
        _forget_archived(tx, now)
        return len(found), new, over

    found, new, over = database.write(work)
    return Outcome("done", {"found": found, "new": new, "over": over})


def _directories(tx: Any, now: float, silent: float) -> list[Problem]:
    from store.directory import state
    from store.object import read

    states = state.states(tx)
    found = []
    for directory in read.live(tx, "directory", enabled=True):
        known = states.get(directory["id"])
        since = None if known is None else known["failed_since"]
        if known is not None and since is not None and now - since >= silent:
            text = f"it could not be read for {span(now - since)}: {known['error']}"
            found.append(Problem(f"directory {directory['name']}", text, "error"))
    return found


def _jobs(tx: Any) -> list[Problem]:
    rows = tx.all(
        """SELECT organisation, COUNT(*), MIN(id) FROM job
           WHERE backend = ? AND state = 'failed' AND ended_at IS NULL
           GROUP BY organisation ORDER BY organisation""",
        (BACKEND,),
    )
    return [
        Problem(
            f"organisation {name}",
            f"{count(number, 'job')} for its directory failed: `tickworks jobs show {first}` shows the first",
        )
        for name, number, first in rows
    ]


def _forget_archived(tx: Any, now: float) -> None:
    """What steps found in a directory that is archived or switched off is over."""
    from actors.directory_steps import auto_add, object_names
    from store.object import read

    names = {row["name"] for row in read.live(tx, "directory", enabled=True)}
    for source in (auto_add.SOURCE, object_names.SOURCE):
        rows = tx.all("SELECT DISTINCT source FROM found_problem WHERE source LIKE ?", (f"{source}:%",))
        for (each,) in rows:
            if each.removeprefix(f"{source}:") not in names:
                publish(tx, each, [], now)
