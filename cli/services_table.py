"""The table of services: by kind as operators know it, narrow or wide, the reasons below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cli import output

Row = dict[str, Any]

SECTIONS = {
    "daemon": "Daemon services",
    "fixed_time": "Fixed time services",
    "periodic": "Periodic services",
    "on_demand": "On-demand services",
}
#: From this width on there is room for nodes, groups and durations.
WIDE = 110
#: And from this one on for names, which programs and files use.
WIDER = 150
FOLDED = ("off", "planned", "legacy")
OUTCOMES = {
    "done": "green",
    "succeeded": "green",
    "partial": "yellow",
    "cancelled": "yellow",
    "failed": "red",
    "lost": "red",
}


def render(rows: list[Row], width: int, now: float, *, every: bool = False) -> list[RenderableType]:
    """The table, why some wait or stand still, and what is not listed."""
    listed = [row for row in rows if every or row["status"] not in FOLDED]
    parts: list[RenderableType] = []
    if listed:
        parts.append(_table(listed, width, now))
    if reasons := [row for row in listed if _reason(row)]:
        parts += [Text(""), _reasons(reasons)]
    if not every and (lines := _folded(rows)):
        parts += [Text(""), *(Text(line, style="dim") for line in lines)]
    return parts


def state(row: Row, now: float) -> Text:
    """What a service does now, in one or two words; how it last ended while it does nothing."""
    if row["running"]:
        times = f"{row['running']} running" if row["running"] > 1 else "running"
        return Text(f"{times} {output.for_(row['last_run_at'], now)}", style="cyan")
    if row["queued_since"]:
        return Text(f"waiting {output.for_(row['queued_since'], now)}", style="yellow")
    if row["status"] != "enabled":
        dim = row["status"] in FOLDED
        return Text(row["status"].replace("_", " "), style="dim" if dim else "yellow")
    if row["paused"]:
        return Text("paused", style="yellow")
    if row["consecutive_failures"]:
        times = f" {row['consecutive_failures']} times" if row["consecutive_failures"] > 1 else ""
        return Text(f"{row['last_outcome'] or 'failed'}{times}", style="red")
    if row["kind"] == "daemon" and row["last_outcome"] is None:
        return Text("stopped" if row["last_run_at"] else "starts soon", style="dim")
    if row["last_outcome"] is None:
        return Text("not run yet", style="dim")
    return Text(row["last_outcome"], style=OUTCOMES.get(row["last_outcome"], ""))


def _table(rows: list[Row], width: int, now: float) -> Table:
    columns = [column for column in COLUMNS if width >= column.width]
    headings = [column.heading for column in columns]
    table = output.table(*headings, right=("TOOK",), whole=[each.heading for each in columns if each.whole])
    # Titles are what people look for: the other columns give way first.
    table.columns[0].min_width = min(max(len(row["title"]) + 2 for row in rows), 41 if width >= WIDE else 24)
    for made, column in zip(table.columns, columns, strict=True):
        made.max_width = column.most
    for kind, title in SECTIONS.items():
        members = [row for row in rows if row["kind"] == kind]
        if members:
            table.add_row(Text(title, style="bold"))
        for row in members:
            table.add_row(*(column.cell(row, now) for column in columns))
        if members:
            table.add_section()
    return table


def _next(row: Row, now: float) -> RenderableType:
    if row["next_due_at"] is None:
        return Text(output.NOTHING, style="dim")
    late = now - output.epoch(row["next_due_at"])
    # The beat ticks on the minute: a moment of lateness is no news.
    if -1 < late < 5:
        return "now"
    return Text(output.ago(row["next_due_at"], now), style="red" if late > 60 else "")


def _schedule(row: Row) -> str:
    """The section says that it is periodic: "5 min at :02"."""
    return (
        row["schedule"].removeprefix("every ")
        if row["kind"] != "daemon" and row["schedule"]
        else output.NOTHING
    )


def _nodes(row: Row) -> str:
    each = row["instances"] == "each"
    if len(row["allowed_nodes"]) >= 5:
        return "each node" if each else "any node"
    roles = ", ".join(row["allowed_nodes"])
    return f"each of {roles}" if each else roles


@dataclass(frozen=True)
class Column:
    """One column: shown from a terminal width on; `whole` cells are never broken."""

    heading: str
    cell: Callable[[Row, float], RenderableType]
    width: int = 0
    whole: bool = False
    most: int | None = None


COLUMNS = (
    Column("SERVICE", lambda row, now: Text(f"  {row['title']}")),
    Column("NAME", lambda row, now: Text(row["name"], style="dim"), WIDER),
    Column("SCHEDULE", lambda row, now: _schedule(row), most=20),
    Column("NODES", lambda row, now: _nodes(row), WIDE, most=22),
    Column("RUN GROUPS", lambda row, now: ", ".join(row["run_groups"]) or output.NOTHING, WIDE, most=18),
    Column("LAST RUN", lambda row, now: output.ago(row["last_run_at"], now), whole=True),
    Column("TOOK", lambda row, now: output.took(row["last_duration"]), WIDE, whole=True),
    Column("NEXT", lambda row, now: _next(row, now), whole=True),
    Column("STATE", lambda row, now: state(row, now), whole=True),
)


def _reason(row: Row) -> str | None:
    if row["waiting_reason"]:
        return str(row["waiting_reason"])
    if row["status"] in FOLDED:
        return None
    return row["status_reason"] and str(row["status_reason"])


def _reasons(rows: list[Row]) -> Table:
    table = output.table("WHY", "")
    for row in rows:
        table.add_row(row["title"], _reason(row))
    return table


def _folded(rows: list[Row]) -> list[str]:
    """One line for each kind of services that are not listed."""
    lines = []
    off = [row for row in rows if row["status"] == "off"]
    if off:
        profiles = Counter(row["profile"] for row in off)
        which = output.count(len(profiles), "profile")
        most = profiles.most_common(1)[0][0]
        verb = "is" if len(off) == 1 else "are"
        service = output.count(len(off), "service")
        lines.append(f"{service} in {which} {verb} off: tickworks site profile on {most}")
    planned = sum(row["status"] == "planned" for row in rows)
    legacy = sum(row["status"] == "legacy" for row in rows)
    rest = [f"{planned} planned (not built yet)"] if planned else []
    rest += [f"{legacy} legacy"] if legacy else []
    if rest:
        lines.append(f"{' and '.join(rest)}: tickworks services --all lists them")
    return lines
