"""Switches that operators turn: enable, disable, pause, resume, maintenance, logging."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import typer

from cli import output
from cli.moments import ahead
from cli.opened import Opened, acting, who
from cli.words import Name, Names, Reason, SomeNames, Switch
from web.acts.edits import Edits

Until = Annotated[str | None, typer.Option("--until", metavar="TIME", help="30m, 2h, or an instant.")]


def enable(ctx: typer.Context, names: Names, reason: Reason = None) -> None:
    """Plan services again, from now on."""
    _told(_edits(acting(ctx, *names), reason).enable(names), "enabled")


def disable(ctx: typer.Context, names: Names, reason: Reason = None) -> None:
    """Plan services no more; what waits of them is skipped, what runs goes on."""
    _told(_edits(acting(ctx, *names), reason).disable(names), "disabled")


def pause(ctx: typer.Context, names: SomeNames = None, until: Until = None, reason: Reason = None) -> None:
    """Start nothing of these services, or of any, until they are resumed."""
    opened = acting(ctx, *(names or []))
    end = ahead(until, "--until", opened.now, opened.site.zone)
    done = _edits(opened, reason).pause(names or [], end)
    _told(done, "paused" + _clock(opened, end), every=not names)


def resume(ctx: typer.Context, names: SomeNames = None, reason: Reason = None) -> None:
    """Let paused services go on; the times that passed are skipped."""
    done = _edits(acting(ctx, *(names or [])), reason).resume(names or [])
    _told(done, "resumed", "not paused", every=not names)


def maintenance(
    ctx: typer.Context,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="on: nothing starts on the whole site.")],
    reason: Reason = None,
) -> None:
    """Start nothing on the whole site, or go on."""
    on = switch is Switch.on
    changed = _edits(acting(ctx), reason).maintenance(on)
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
    opened = acting(ctx, name)
    on = switch is Switch.on
    if span is not None and not on:
        raise typer.BadParameter("--for: it goes with `logging on`")
    until = ahead(span, "--for", opened.now, opened.site.zone)
    service = _edits(opened, None).logging(name, on, until)
    typer.echo(f"{service}: logging is {switch.value}" + _clock(opened, until))


def _edits(opened: Opened, reason: str | None) -> Edits:
    return Edits(opened.site, by=who(), reason=reason)


def _clock(opened: Opened, at: float | None) -> str:
    return "" if at is None else f" until {datetime.fromtimestamp(at, opened.site.zone):%Y-%m-%d %H:%M}"


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
