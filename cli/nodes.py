"""`tickworks nodes`: the machines and their processes."""

from __future__ import annotations

import typer
from rich.text import Text

from cli import output
from cli.system import reading
from cli.words import Json

STYLES = {"up": "green", "draining": "yellow", "lost": "red", "left": "dim"}


def nodes(ctx: typer.Context, as_json: Json = False) -> None:
    """Nodes: state, roles, slots in use and processes."""
    system = reading(ctx)
    rows = system.nodes.listing()
    if as_json:
        output.print_json({"nodes": rows})
        return
    if not rows:
        output.note("no node has ever joined: start one with `tickworks up`")
        return
    table = output.table(
        *("NODE", "STATE", "ROLES", "BUSY", "SERVICES", "UP SINCE", "SEEN", "PROCESSES"),
        right=("BUSY", "SERVICES"),
        whole=("STATE", "BUSY", "UP SINCE", "SEEN"),
    )
    for row in rows:
        up = row["state"] in ("up", "draining")
        processes = ", ".join(f"{each['name']} ({each['pid']})" for each in row["processes"])
        table.add_row(
            row["name"],
            Text(row["state"], style=STYLES[row["state"]]),
            "all" if len(row["roles"]) >= 5 else ", ".join(row["roles"]),
            f"{row['busy']}/{row['slots']}" if up else output.NOTHING,
            str(len(row["services"])),
            output.for_(row["started_at"], system.now) if up else output.NOTHING,
            output.ago(row["seen_at"], system.now),
            processes or output.NOTHING,
        )
    output.console().print(table)
