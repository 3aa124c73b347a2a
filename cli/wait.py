"""Waiting for runs to end, with their progress on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cli import output
from cli.system import System
from domain.run_state import FINAL


def wait_for(system: System, run_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Wait until all of these have ended and say how; the runs. Ctrl-C leaves them running."""
    ended: dict[int, dict[str, Any]] = {}
    try:
        with _progress(run_ids) as show:
            while len(ended) < len(run_ids):
                for run_id in run_ids:
                    row = system.runs.one(run_id)
                    if row is None or run_id in ended:
                        continue
                    show(row)
                    if row["state"] in FINAL:
                        ended[run_id] = row
                if len(ended) < len(run_ids):
                    time.sleep(system.runs.pause)
    except KeyboardInterrupt:
        left = ", ".join(str(run_id) for run_id in run_ids if run_id not in ended)
        output.note(f"run {left} goes on: `tickworks run-show ID` shows it, `tickworks cancel ID` stops it")
        raise
    rows = [ended[run_id] for run_id in run_ids]
    for row in rows:
        output.note(f"run {row['id']} {how_it_ended(row)}")
    return rows


def how_it_ended(row: dict[str, Any]) -> str:
    """ "succeeded on n1 in 0.42 s: 3 samples"."""
    words = str(row["state"])
    if row["node"] and row["started_at"]:
        words += f" on {row['node']}"
        if row["ended_at"]:
            words += f" in {output.took(output.epoch(row['ended_at']) - output.epoch(row['started_at']))}"
    said = row["error"] if row["state"] != "succeeded" else result(row)
    said = said or row["reason"]
    return f"{words}: {said}" if said else words


def result(row: dict[str, Any]) -> str:
    """What the service said of its work: its sentence, else its counts."""
    counts = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in row["counts"].items())
    said = row["message"] or counts
    return (
        f"{row['outcome']}, {said}" if row["outcome"] == "partial" and said else said or row["outcome"] or ""
    )


@contextmanager
def _progress(run_ids: Sequence[int]) -> Iterator[Any]:
    """A function that shows how far a run is: a bar each on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda row: None
        return
    columns = (
        SpinnerColumn(),
        TimeElapsedColumn(),
        BarColumn(bar_width=16),
        TextColumn("{task.fields[figures]}", markup=False),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=output.console(stderr=True), transient=True) as progress:
        tasks: dict[int, TaskID] = {
            run_id: progress.add_task(f"run {run_id}", total=None, figures="") for run_id in run_ids
        }

        def show(row: dict[str, Any]) -> None:
            moved = row["progress"] or {"done": 0, "total": None}
            figures = f"{moved['done']:g}/{moved['total']:g}" if moved["total"] else ""
            progress.update(
                tasks[row["id"]],
                description=f"run {row['id']} {row['waiting_reason'] or row['state']}",
                completed=moved["done"],
                total=moved["total"],
                figures=figures,
            )

        yield show
