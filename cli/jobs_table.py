"""How jobs and their kinds look in a terminal."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from cli import output

Row = dict[str, Any]
STYLES = {"running": "cyan", "queued": "yellow", "unknown": "magenta", "held": "yellow", "failed": "red"}


def queue_table(rows: list[Row], now: float) -> Table:
    """A line for each job: what it is, how it stands, and why."""
    table = output.table(
        *("JOB", "KIND", "ORGANISATION", "OBJECT", "ADDED", "TRIES", "STATE", "WHY"),
        right=("JOB", "TRIES"),
        whole=("JOB", "ADDED", "TRIES", "STATE"),
    )
    for row in rows:
        why = row["waiting_reason"] or row["error"] or row["reason"] or row["message"] or ""
        cells = [str(row["id"]), row["kind"], row["organisation"], row["object"] or output.NOTHING]
        cells += [output.ago(row["added_at"], now), str(row["tries"])]
        table.add_row(*cells, state(row), _first_line(why))
    return table


def kinds_table(rows: list[Row]) -> Table:
    """A line for each kind: what is in force, and how many are open."""
    table = output.table(
        *("KIND", "TITLE", "SERVICE", "PRIORITY", "PARALLEL", "AUTOMATIC", "WAITING", "RUNNING", "FAILED"),
        right=("PRIORITY", "PARALLEL", "WAITING", "RUNNING", "FAILED"),
    )
    for row in rows:
        jobs = row["jobs"]
        waiting = jobs["queued"] + jobs["unknown"] + jobs["held"]
        figures = [str(waiting), str(jobs["running"]), str(jobs["failed"])]
        automatic = "on" if row["automatic"] else Text("off", style="yellow")
        cells = [row["name"], row["title"], row["service"], str(row["priority"]), str(row["parallel"])]
        table.add_row(*cells, automatic, *figures)
    return table


def arguments_table(row: Row) -> Table:
    """A line for each argument of a kind: what it is, and what it may be."""
    table = output.table("ARGUMENT", "TITLE", "IS", "MEANS")
    for each in row["arguments"]:
        choices = " | ".join(each.get("choices", ()))
        shape = "asked for (--secret)" if each.get("shape") == "secret" else choices or each.get("shape", "")
        needed = " (needed)" if each.get("required") else ""
        table.add_row(each["name"], f"{each.get('title', '')}{needed}", shape, each.get("help", ""))
    return table


def facts(row: Row, zone: ZoneInfo) -> Table:
    """All values of one job."""
    return output.facts(
        [
            ("job", f"{row['id']}  {row['title']} ({row['kind']})"),
            ("state", state(row)),
            ("waits", row["waiting_reason"]),
            ("error", row["error"]),
            ("result", row["message"]),
            ("reason", row["reason"]),
            ("organisation", row["organisation"]),
            ("back end", row["backend"]),
            ("object", row["object"]),
            ("arguments", ", ".join(f"{name} = {value}" for name, value in row["args"].items())),
            ("key", row["key"]),
            ("our own key", row["own_key"]),
            ("priority", f"{row['priority']} (0 is first)"),
            ("tries", row["tries"]),
            ("added", f"{output.local(row['added_at'], zone)} by {row['added_by']}"),
            ("last tried", row["last_tried_at"] and output.local(row["last_tried_at"], zone)),
            ("next try", row["next_try_at"] and output.local(row["next_try_at"], zone)),
            ("ended", row["ended_at"] and output.local(row["ended_at"], zone)),
            ("ended by", row["ended_by"]),
        ]
    )


def tries_table(row: Row, zone: ZoneInfo) -> Table:
    """The tries of one job that have ended."""
    table = output.table("TRY", "RUN", "NODE", "STARTED", "ENDED", "OUTCOME", "ERROR", right=("TRY", "RUN"))
    for each in row["attempts"]:
        started, ended = (output.local(each[when], zone) for when in ("started_at", "ended_at"))
        cells = [str(each["n"]), str(each["run"]), each["node"], started, ended, each["outcome"]]
        table.add_row(*cells, _first_line(each["error"] or ""))
    return table


def state(row: Row) -> Text:
    """A job's state in its colour."""
    return Text(row["state"], style=STYLES.get(row["state"], ""))


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]
