"""`tickworks priority` and `tickworks parallel`: how a service competes with others and itself."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.system import acting
from cli.words import Name, Reason


def priority(
    ctx: typer.Context,
    name: Name,
    value: Annotated[int, typer.Argument(metavar="0..10", help="0 is first.")],
    reason: Reason = None,
) -> None:
    """Change a service's priority, for runs that come from now on."""
    service = acting(ctx, name).services.change(name, {"priority": value}, reason)
    typer.echo(f"{service}: priority {value}")


def parallel(
    ctx: typer.Context,
    name: Name,
    value: Annotated[int, typer.Argument(metavar="N", help="At least 1.")],
    reason: Reason = None,
) -> None:
    """Change how many runs of a service there may be at once (on each node, for an `each` service)."""
    service = acting(ctx, name).services.change(name, {"parallel": value}, reason)
    typer.echo(f"{service}: at most {value} at once")
