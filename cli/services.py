"""`tickworks services` and `tickworks show`: what there is, how it goes and what it waits for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.text import Text

from cli import output, services_table
from cli.system import System, glimpse
from cli.words import Json, Name

Row = dict[str, Any]


def services(
    ctx: typer.Context,
    as_json: Json = False,
    every: Annotated[bool, typer.Option("--all", help="Also what is off, planned or legacy.")] = False,
) -> None:
    """One row per service: schedule, last run, next run, and what it does or waits for now."""
    system = glimpse(ctx)
    rows = system.services.listing()
    if as_json:
        output.print_json({"services": rows})
        return
    console = output.console()
    for line in _above(system):
        console.print(Text(line, style="yellow"))
    for part in services_table.render(rows, console.width, system.now, every=every):
        console.print(part)


def show(ctx: typer.Context, name: Name, as_json: Json = False) -> None:
    """All there is to know of one service."""
    system = glimpse(ctx)
    row = system.services.one(name)
    if as_json:
        output.print_json(row)
        return
    console = output.console()
    console.print(Text(f"{row['title']}", style="bold"), Text(f"({row['name']})", style="dim"))
    if row["description"]:
        console.print(Text(row["description"]))
    console.print()
    console.print(output.facts(_facts(row, system)))
    if row["tasks"]:
        console.print()
        console.print(_tasks(row["tasks"]))
    for process in row["processes"]:
        console.print()
        console.print(output.facts(_process(process, system)))
        if process["last_words"] and process["state"] != "running":
            console.print(Text(process["last_words"], style="dim"))


def _above(system: System) -> list[str]:
    """What an operator must know before reading the table."""
    seen = system.glance()
    if seen is None:
        return ["Nothing has run here yet: start everything on this machine with `tickworks up`."]
    lines = []
    if stopped := seen["maintenance"]:
        why = f": {stopped['reason']}" if stopped["reason"] else ""
        since = f"{datetime.fromisoformat(stopped['since']).astimezone(system.zone):%Y-%m-%d %H:%M}"
        lines.append(f"Maintenance is on since {since}{why}. Nothing starts.")
    if not seen["nodes_up"]:
        lines.append("No node is up: start one with `tickworks up`.")
    return lines


def _process(process: Row, system: System) -> list[tuple[str, Any]]:
    """One instance of a daemon, and why it is not running."""
    state = process["state"].replace("_", " ")
    ready = "" if process["ready_at"] or process["state"] != "running" else ", not ready yet"
    again = process["next_start_at"]
    return [
        ("process", f"on {process['node']}" if process["node"] else "nowhere"),
        ("state", f"{state} since {output.ago(process['since'], system.now)}{ready}"),
        ("restarts", process["restarts"] or None),
        ("next try", output.ago(again, system.now) if again else None),
        ("last end", process["last_end"]),
    ]


def _facts(row: Row, system: System) -> list[tuple[str, Any]]:
    now = system.now
    timed = row["kind"] in ("periodic", "fixed_time") or None
    schedule = row["schedule"]
    if row["kind"] == "fixed_time" and not row["zone"]:
        schedule += f" ({system.zone.key})"
    due = output.local(row["next_due_at"], (row["zone"] and _zone(row["zone"])) or system.zone)
    last = f"{output.ago(row['last_run_at'], now)}, {row['last_outcome'] or 'not ended yet'}"
    if row["last_duration"] is not None:
        last += f", took {output.took(row['last_duration'])}"
    return [
        ("status", _status(row)),
        ("why", row["status_reason"]),
        ("now", services_table.state(row, now)),
        ("waits", row["waiting_reason"]),
        ("effects", f"held: family {row['family']} observes" if row.get("observing") else None),
        ("schedule", f"{schedule or output.NOTHING}  [{row['schedule_source']}]"),
        ("next", f"{due} ({output.ago(row['next_due_at'], now)})" if row["next_due_at"] else None),
        ("last run", last if row["last_run_at"] else "never"),
        ("failures in a row", row["consecutive_failures"] or None),
        (
            "nodes",
            f"{'each of' if row['instances'] == 'each' else 'one of'} {', '.join(row['allowed_nodes'])}",
        ),
        ("run groups", ", ".join(row["run_groups"])),
        ("priority", f"{row['priority']} (0 is first)"),
        ("parallel", row["parallel"]),
        ("misfire", timed and f"{row['misfire']}, within {output.span(row['misfire_window'])}"),
        ("overlap", timed and row["overlap"]),
        ("retries", f"{row['retries']}{', also when lost' if row['retry_lost'] else ''}"),
        ("time limit", output.span(row["time_limit"])),
        ("logging", "on" if row["logging"] else "off"),
        ("options", ", ".join(f"{key} = {value}" for key, value in row["options"].items())),
        ("edited live", ", ".join(row["edited"])),
        ("family", f"{row['family']}, profile {row['profile']}, from {row['origin']}"),
        ("also called", ", ".join(row["aliases"])),
        ("replaced by", ", ".join(row["replaced_by"])),
        ("proof", f"{row['proof']} {row['proof_note']}".strip() if row["proof"] else None),
    ]


def _status(row: Row) -> Text:
    style = {"enabled": "green", "off": "dim", "planned": "dim", "legacy": "dim"}.get(row["status"], "yellow")
    return Text(row["status"].replace("_", " "), style=style)


def _zone(name: str) -> Any:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _tasks(tasks: list[Row]) -> Any:
    table = output.table("#", "STEP", "AT MOST EVERY", "EFFECT", "LAST", right=("#",))
    for number, task in enumerate(tasks, 1):
        pace = output.span(task["every"]) if task["every"] else ""
        last = (task["last_state"] or output.NOTHING) if task["enabled"] else "off"
        table.add_row(str(number), task["title"], pace, task["effect"], last)
        for nth, title in enumerate(task["subtasks"], 1):
            table.add_row("", Text(f"{number}.{nth} {title}", style="dim"))
    return table
