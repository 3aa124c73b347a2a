"""`tickworks servers` and `tickworks checks`: how the servers are, and what is looked at on them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from cli import output
from cli.system import reading
from cli.words import Json
from web.acts.refusal import Refusal
from web.pages.watched_rows import STATES, measured
from web.shown import checks as shown

STYLES = {"failed": "red", "warning": "yellow", "good": "green"}
Search = Annotated[str, typer.Option("--search", help="A part of a server, a name or a text.")]


def servers(ctx: typer.Context, as_json: Json = False) -> None:
    """Servers: state, CPU, memory, the fullest disk, and how many checks are bad."""
    rows = reading(ctx).watched.servers()
    if as_json:
        output.print_json({"servers": rows})
        return
    if not rows:
        output.note("no server: `tickworks object set server NAME read_by=local` adds this machine")
        return
    table = output.table(
        *("SERVER", "STATE", "GROUP", "CPU", "MEMORY", "FULLEST DISK", "CHECKS", "WHAT"),
        right=("CPU", "MEMORY"),
        whole=("SERVER", "STATE", "CPU", "MEMORY"),
    )
    for row in rows:
        disk = row["disk"]
        counts = [f"{number} {STATES[state][2]}" for state, number in row["checks"].items() if number]
        table.add_row(
            row["name"],
            _state(row["state"]),
            row["group"] or output.NOTHING,
            _percent(row["cpu"]),
            _percent(row["memory"]),
            output.NOTHING if disk is None else f"{disk['percent']:.0f} % {disk['mount']}",
            ", ".join(counts) or output.NOTHING,
            row["text"] or output.NOTHING,
        )
    output.console().print(table)


def checks(
    ctx: typer.Context,
    search: Search = "",
    state: Annotated[str, typer.Option("--state", help=f"One of {', '.join(shown.STATES)}.")] = "",
    as_json: Json = False,
) -> None:
    """Checks of servers, the worst first: since when, what was found last, when the next look is due."""
    if state and state not in shown.STATES:
        raise Refusal("bad_value", f"--state: expected one of {', '.join(shown.STATES)}, got {state!r}")
    system = reading(ctx)
    rows = system.watched.checks(search, state)
    if as_json:
        output.print_json({"checks": rows})
        return
    if not rows:
        output.note("no check fits: `tickworks object set check SERVER/NAME kind=http` adds one")
        return
    table = output.table(
        *("SERVER", "CHECK", "STATE", "SINCE", "MEASURED", "NEXT", "FOUND"),
        right=("MEASURED",),
        whole=("SERVER", "CHECK", "STATE", "SINCE"),
    )
    for row in rows:
        table.add_row(
            row["server"],
            row["name"],
            _state(row["state"]),
            output.ago(row["since"], system.now) if row["since"] else output.NOTHING,
            measured(row) or output.NOTHING,
            output.ago(row["next_due"], system.now) if row["next_due"] else output.NOTHING,
            row["text"] or output.NOTHING,
        )
    output.console().print(table)


def _state(state: str) -> Text:
    return Text(STATES[state][2], style=STYLES.get(state, "dim"))


def _percent(value: Any) -> str:
    return output.NOTHING if value is None else f"{value:.0f} %"
