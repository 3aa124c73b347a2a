"""`tickworks rerating`: calls that are rated again, and how far that is."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from web.acts.reratings import Reratings
from web.shown import reratings as shown
from web.shown.reratings import Asked

app = typer.Typer(no_args_is_help=True, help="Rate past calls again; balances get the difference only.")

Day = Annotated[str, typer.Argument(metavar="DAY", help="Such as 2027-01-15 (UTC).")]
Last = Annotated[str | None, typer.Argument(metavar="[LAST]", help="The last day; else the first alone.")]
Number = Annotated[
    int, typer.Argument(metavar="NUMBER", help="A number of `rerating list`.", min=1, max=2**63 - 1)
]


@app.command("start")
def start(
    ctx: typer.Context,
    first: Day,
    last: Last = None,
    client: Annotated[str, typer.Option("--client", help="Only of this organisation.")] = "",
    account: Annotated[str, typer.Option("--account", help="Only of this voice account.")] = "",
    code: Annotated[str, typer.Option("--code", help="Only codes that begin so.")] = "",
    origin: Annotated[str, typer.Option("--origin", help="orig: customers' legs; term: vendors'.")] = "",
    gateway: Annotated[str, typer.Option("--gateway", help="Only through this one.")] = "",
    status: Annotated[str, typer.Option("--status", help="Such as answered, busy.")] = "",
    tag: Annotated[str, typer.Option("--tag", help="Only calls that came with this tag.")] = "",
    matched: Annotated[str, typer.Option("--matched", help="rated: with a charge; or mismatched.")] = "",
    zero: Annotated[str, typer.Option("--zero", help="zero: those that cost nothing; or charged.")] = "",
    credit: Annotated[
        bool, typer.Option("--credit", help="Invoiced calls get a credit; else they stay as they are.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the calls.")] = False,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Ask for a job, which the next run of Rerating begins; with --dry-run, what it would look at."""
    asked = Asked(
        *(first, last or first, client, account, code, origin, gateway, status, tag, matched, zero),
        "credit" if credit else "refuse",
    )
    if dry_run:
        opened = reading(ctx)
        _preview(shown.preview(opened.tx, *shown.wanted(opened.tx, opened.now, asked)), as_json)
        return
    opened = acting(ctx)
    number = Reratings(opened.site, by=who()).start(asked, reason)
    if as_json:
        output.print_json(shown.one(opened.tx, number))
    else:
        typer.echo(f"rerating {number} begins with the next run of Rerating")


@app.command("list")
def list_(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 20,
    as_json: Json = False,
) -> None:
    """The newest jobs first."""
    opened = reading(ctx)
    rows = shown.listing(opened.tx, limit=limit)
    if as_json:
        output.print_json({"reratings": rows})
        return
    if not rows:
        output.note("nothing was rated again yet: `tickworks rerating start 2027-01-15` does")
        return
    numbers = ("LOOKED AT", "CHANGED", "REFUSED")
    table = output.table("JOB", "STATE", "DAYS", "CALLS", "DONE", *numbers, "ASKED", right=numbers)
    for row in rows:
        counts = (f"{row[name]:,}" for name in ("legs", "changed", "refused"))
        done = f"{row['days_done']} of {row['days']} days"
        asked = f"{output.ago(row['asked_at'], opened.now)} by {row['asked_by']}"
        table.add_row(str(row["id"]), row["state"], _days(row), row["said"], done, *counts, asked)
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """One job: what it selects, and how far it is."""
    row = shown.one(reading(ctx).tx, number)
    if as_json:
        output.print_json(row)
        return
    names = ("state", "said", "invoiced", "legs", "changed", "refused", "text", "asked_by", "asked_at")
    facts = [(name.replace("_", " "), str(row[name])) for name in names if row[name] not in (None, "")]
    done = f"{row['days_done']} of {row['days']}"
    output.console().print(output.facts([("days", _days(row)), ("days done", done), *facts]))


@app.command("cancel")
def cancel(ctx: typer.Context, number: Number, reason: Reason = None) -> None:
    """Stop a job where it is; what was rated again stays so."""
    Reratings(acting(ctx).site, by=who()).cancel(number, reason)
    typer.echo(f"rerating {number} is cancelled")


def _days(row: dict[str, Any]) -> str:
    return str(row["first"]) if row["first"] == row["last"] else f"{row['first']} to {row['last']}"


def _preview(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        output.print_json(found)
        return
    table = output.table("DAY", "CALLS", right=("CALLS",))
    for row in found["days"]:
        table.add_row(row["day"], f"{row['legs']:,}")
    if found["days"]:
        output.console().print(table)
    typer.echo(f"{found['legs']:,} calls, {found['invoiced']:,} of them invoiced")
    if found["problem"]:
        output.note(found["problem"])
