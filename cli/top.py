"""`tickworks top`: the table of services, live."""

from __future__ import annotations

import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from cli import output, services_table
from cli.system import System, reading
from store.errors import DatabaseError
from web.acts.refusal import Refusal

#: Seconds between two looks.
REFRESH = 1.0


def top(ctx: typer.Context) -> None:
    """The services, live: refreshed each second; q or Ctrl-C ends it."""
    system = reading(ctx)
    console = output.console()
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        console.print(_screen(system, console.width))
        return
    with _keys(), Live(console=console, screen=True, auto_refresh=False) as live:
        try:
            while True:
                live.update(_safely(system, console.width), refresh=True)
                if _key_within(REFRESH) in ("q", "Q"):
                    return
        except KeyboardInterrupt:
            return


def _safely(system: System, width: int) -> RenderableType:
    """The screen; while it cannot be reached, that."""
    try:
        return _screen(system, width)
    except (DatabaseError, Refusal) as error:
        return Text(f"{error}; trying again", style="red")


def _screen(system: System, width: int) -> RenderableType:
    rows = system.services.listing()
    parts = services_table.render(rows, width, system.now)
    return Group(_headline(system, rows), Text(""), *parts)


def _headline(system: System, rows: list[services_table.Row]) -> Text:
    nodes = [each for each in system.nodes.listing() if each["state"] in ("up", "draining")]
    slots = sum(each["slots"] for each in nodes)
    busy = sum(each["busy"] for each in nodes)
    waiting = sum(row["queued_since"] is not None for row in rows)
    failing = sum(row["consecutive_failures"] > 0 for row in rows)
    line = Text(system.name, style="bold")
    line.append(f"   {output.count(len(nodes), 'node')} up", style="green" if nodes else "red")
    line.append(f"   {busy} of {output.count(slots, 'slot')} busy", style="")
    line.append(f"   {waiting} waiting", style="yellow" if waiting else "dim")
    line.append(f"   {failing} failing", style="red" if failing else "dim")
    return line


@contextmanager
def _keys() -> Iterator[None]:
    """Keys come one by one and are not echoed."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _key_within(seconds: float) -> str | None:
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return sys.stdin.read(1) if ready else None
