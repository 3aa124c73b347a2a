"""`tickworks events`: what happened, and who hears of it by mail."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from web.acts import events as acts
from web.shown import events as shown

app = typer.Typer(no_args_is_help=True, help="What happened, and who hears of it by mail.")

RuleName = Annotated[str, typer.Argument(metavar="RULE", help="A rule's name.")]
Words = list[str] | None


@app.command("list")
def list_(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 50,
    as_json: Json = False,
) -> None:
    """The newest events first."""
    opened = reading(ctx)
    rows = shown.listing(opened.tx, limit)
    if as_json:
        output.print_json({"events": rows})
        return
    table = output.table("WHEN", "TYPE", "SENDER", "WHAT", whole=("WHEN", "TYPE"))
    for row in rows:
        table.add_row(output.ago(row["at"], opened.now), row["type"], row["sender"], row["text"])
    output.console().print(table)


@app.command()
def rules(ctx: typer.Context, as_json: Json = False) -> None:
    """The rules: which events go to whom."""
    found = shown.rules(reading(ctx).tx)
    if as_json:
        output.print_json({"rules": found})
        return
    table = output.table("RULE", "TYPES", "SENDERS", "TAGS", "TO", "ON")
    for row in found:
        words = [" ".join(row[part]) or "any" for part in ("types", "senders", "tags")]
        table.add_row(row["name"], *words, " ".join(row["recipients"]), "yes" if row["enabled"] else "no")
    output.console().print(table)


@app.command()
def rule(
    ctx: typer.Context,
    name: RuleName,
    to: Annotated[list[str], typer.Option("--to", help="An address, or admin: those of [site] admin.")],
    type_: Annotated[Words, typer.Option("--type", help="failure, missed, daemon_down, …; else any.")] = None,
    sender: Annotated[Words, typer.Option("--sender", help="A service's name; else any.")] = None,
    tag: Annotated[Words, typer.Option("--tag", help="Else any.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Keep the rule, but send nothing.")] = False,
    reason: Reason = None,
) -> None:
    """Add a rule, or write it anew; each option may be given several times."""
    made = acts.save_rule(
        acting(ctx).site,
        name,
        to=to,
        types=type_ or (),
        senders=sender or (),
        tags=tag or (),
        enabled=not off,
        by=who(),
        reason=reason,
    )
    heard = " ".join(made.types) or "all events"
    typer.echo(f"rule {name}: {' '.join(made.recipients)} hear of {heard}")


@app.command()
def forget(ctx: typer.Context, name: RuleName, reason: Reason = None) -> None:
    """Delete a rule."""
    acts.delete_rule(acting(ctx).site, name, by=who(), reason=reason)
    typer.echo(f"rule {name} is deleted")
