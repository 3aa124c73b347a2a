"""`tickworks calls`: the days of calls, and what is done with them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from web.acts.call_days import CallDays
from web.acts.force import Forced
from web.shown import call_days as shown

app = typer.Typer(
    no_args_is_help=True, help="Days of calls: what they hold, archive, restore and delete them."
)

Day = Annotated[
    datetime, typer.Argument(metavar="DAY", formats=["%Y-%m-%d"], help="Such as 2027-01-15 (UTC).")
]


@app.command("days")
def days(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most so many.")] = 31,
    as_json: Json = False,
) -> None:
    """The days of calls with their state and Meta Info, the newest first."""
    found = shown.listing(reading(ctx).tx, limit=limit)
    if as_json:
        output.print_json(found)
        return
    if not found["days"]:
        output.note("no calls yet: collectors read them from files of switches")
        return
    numbers = ("CALLS", "RATED", "MISMATCHED", "NEW", "RERATING", "MINUTES")
    table = output.table("DAY", "STATE", *numbers, "ARCHIVE", right=numbers)
    for row in found["days"]:
        counts = (row["total"], row["rated"], row["mismatched"], row["new"], row["rerating"], row["minutes"])
        table.add_row(row["day"], row["state"], *(f"{each:,}" for each in counts), row["archive"] or "")
    output.console().print(table)


@app.command("archive")
def archive(ctx: typer.Context, day: Day, reason: Reason = None) -> None:
    """Write the calls of a day to a file, read it back and let them go; prints the run."""
    _told(_acts(ctx, reason).archive(_date(day)))


@app.command("restore")
def restore(ctx: typer.Context, day: Day, reason: Reason = None) -> None:
    """Bring the calls of an archived day back; prints the run."""
    _told(_acts(ctx, reason).restore(_date(day)))


@app.command("delete")
def delete(
    ctx: typer.Context,
    day: Day,
    roll_back: Annotated[
        bool, typer.Option("--roll-back", help="Give the balances back what the calls had cost.")
    ] = False,
    reason: Reason = None,
) -> None:
    """Delete the calls of a day for good; the run only reports until its step's switch is on."""
    _told(_acts(ctx, reason).delete(_date(day), roll_back=roll_back))


def _date(day: datetime) -> date:
    return day.date()


def _acts(ctx: typer.Context, reason: str | None) -> CallDays:
    return CallDays(acting(ctx).site, by=who(), reason=reason)


def _told(forced: Forced) -> None:
    for run in forced.run_ids:
        typer.echo(run)
