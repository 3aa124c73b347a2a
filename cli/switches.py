"""Switches that operators turn: enable, disable, pause, resume, maintenance, logging."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from cli import output
from cli.moments import ahead
from cli.system import System, acting
from cli.words import Name, Names, Reason, SomeNames, Switch

Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="30m, 2h, or an instant.")]


def enable(ctx: typer.Context, names: Names, reason: Reason = None) -> None:
    """Plan services again, from now on."""
    _told(acting(ctx, *names).services.enable(names, reason), "enabled")


def disable(ctx: typer.Context, names: Names, reason: Reason = None) -> None:
    """Plan services no more; what waits of them is skipped, what runs goes on."""
    _told(acting(ctx, *names).services.disable(names, reason), "disabled")


def pause(ctx: typer.Context, names: SomeNames = None, until: Until = None, reason: Reason = None) -> None:
    """Start nothing of these services, or of any, until they are resumed."""
    system = acting(ctx, *(names or []))
    end = None if until is None else ahead(until, "--until", system.now, system.zone)
    done = system.services.pause(names or [], end, reason)
    _told(done, "paused" + _clock(system, end), every=not names)


def resume(ctx: typer.Context, names: SomeNames = None, reason: Reason = None) -> None:
    """Let paused services go on; the times that passed are skipped."""
    done = acting(ctx, *(names or [])).services.resume(names or [], reason)
    _told(done, "resumed", "not paused", every=not names)


def maintenance(
    ctx: typer.Context,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="on: nothing starts on the whole site.")],
    reason: Reason = None,
) -> None:
    """Start nothing on the whole site, or go on."""
    on = switch is Switch.on
    changed = acting(ctx).services.maintenance(on, reason)
    then = "nothing starts until `tickworks maintenance off`" if on else "services start again"
    typer.echo(
        f"maintenance is {switch.value}: {then}" if changed else f"maintenance was {switch.value} already"
    )


def logging(
    ctx: typer.Context,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="on: keep every line of its runs.")],
    name: Name,
    span: Annotated[
        str | None, typer.Option("--for", metavar="SPAN", help="30m, 2h: then off again.")
    ] = None,
) -> None:
    """Switch full logging of a service's runs on or off."""
    system = acting(ctx, name)
    on = switch is Switch.on
    if span is not None and not on:
        raise typer.BadParameter("--for: it goes with `logging on`")
    until = None if span is None else ahead(span, "--for", system.now, system.zone)
    (service,) = system.services.logging(name, on, until)
    typer.echo(f"{service}: logging is {switch.value}" + _clock(system, until))


def _clock(system: System, at: float | None) -> str:
    return "" if at is None else f" until {datetime.fromtimestamp(at, system.zone):%Y-%m-%d %H:%M}"


def _told(done: Mapping[str, bool], what: str, otherwise: str = "", *, every: bool = False) -> None:
    """A line for each service, or one for all of them."""
    otherwise = otherwise or f"{what.split()[0]} already"
    if every:
        changed = sum(done.values())
        rest = len(done) - changed
        tail = f"; {rest} {'was' if rest == 1 else 'were'} {otherwise}" if rest else ""
        typer.echo(f"{output.count(changed, 'service')} {what}{tail}")
        return
    for name, changed_it in done.items():
        typer.echo(f"{name}: {what}" if changed_it else f"{name}: {otherwise}")
