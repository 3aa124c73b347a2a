"""`tickworks groups`: who holds each run group, and who waits for it."""

from __future__ import annotations

import typer
from rich.text import Text

from cli import output
from cli.system import reading
from cli.words import Json


def groups(ctx: typer.Context, as_json: Json = False) -> None:
    """Run groups: their holder, and those who wait in line with the reason."""
    system = reading(ctx)
    rows = system.nodes.groups()
    if as_json:
        output.print_json({"groups": rows})
        return
    if not rows:
        output.note("no service that is on has a run group")
        return
    table = output.table("GROUP", "HELD BY", "RUN", "NODE", "FOR", "SERVICES", right=("RUN",), whole=("FOR",))
    for row in rows:
        holder = row["holder"]
        if holder is None:
            table.add_row(row["name"], Text("free", style="green"), "", "", "", ", ".join(row["services"]))
            continue
        table.add_row(
            row["name"],
            Text(holder["title"], style="cyan"),
            str(holder["run"]),
            holder["node"],
            output.for_(holder["since"], system.now),
            ", ".join(row["services"]),
        )
    console = output.console()
    console.print(table)
    waiting = [(row["name"], place, each) for row in rows for place, each in enumerate(row["waiting"], 1)]
    if waiting:
        line = output.table(
            "GROUP", "#", "WAITS", "RUN", "SINCE", "WHY", right=("#", "RUN"), whole=("SINCE",)
        )
        for name, place, each in waiting:
            since = output.ago(each["since"], system.now)
            line.add_row(name, str(place), each["title"], str(each["run"]), since, each["waiting_reason"])
        console.print()
        console.print(line)
