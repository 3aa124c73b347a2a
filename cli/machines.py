"""`tickworks drain`, `undrain`, `resize` and `restart`: nodes and daemons."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import output
from cli.system import acting, reading
from cli.words import Name, Reason

Node = Annotated[str, typer.Argument(metavar="NODE", help="A node's name.")]


def drain(
    ctx: typer.Context,
    name: Node,
    timeout: Annotated[
        float | None, typer.Option("--timeout", min=0, metavar="S", help="Seconds its runs may go on.")
    ] = None,
    reason: Reason = None,
) -> None:
    """Let a node take nothing new; runs that last longer than the timeout are stopped and run elsewhere."""
    system = reading(ctx)
    until = system.nodes.drain(name, timeout, reason)
    seconds = max(0.0, until - system.now)
    typer.echo(f"{name} drains: it takes nothing new; what runs has {seconds:.0f} s to end")


def undrain(ctx: typer.Context, name: Node, reason: Reason = None) -> None:
    """Let a draining node take runs again."""
    done = reading(ctx).nodes.undrain(name, reason)
    typer.echo(f"{name} takes runs again" if done else f"{name} was not draining")


def resize(
    ctx: typer.Context,
    name: Node,
    processes: Annotated[int, typer.Option("--processes", help="Worker processes.")],
    threads: Annotated[int, typer.Option("--threads", help="Runs at once in each.")],
    reason: Reason = None,
) -> None:
    """Change a node's worker processes and threads while it runs."""
    reading(ctx).nodes.resize(name, processes, threads, reason)
    typer.echo(f"{name}: {processes} processes of {threads} threads")


def restart(
    ctx: typer.Context,
    name: Name,
    node: Annotated[str | None, typer.Option("--node", help="Only there.")] = None,
    reason: Reason = None,
) -> None:
    """Replace a daemon's processes."""
    count = acting(ctx, name).services.restart(name, node, reason)
    typer.echo(f"{name}: {output.count(count, 'process is', 'processes are')} replaced")
