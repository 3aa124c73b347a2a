"""`tickworks schedule`: a live edit of when a service runs, and a look at what it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli import output
from cli.system import System, acting, glimpse
from cli.words import Json, Name, Reason
from domain.time.given import fields_of
from domain.time.rule import Daemon, FixedTime, OnDemand, Periodic, Rule
from web.acts.edit_service import EditProblems
from web.acts.refusal import Refusal


def schedule(
    ctx: typer.Context,
    name: Name,
    every: Annotated[
        int | None, typer.Option("--every", metavar="MINUTES", help="Every 1 to 60 minutes.")
    ] = None,
    align: Annotated[
        int | None, typer.Option("--align", metavar="MINUTE", help="Minutes after, below --every.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIMES", help="05:30,17:30")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="The zone of --at; empty: the site's.")] = None,
    weekdays: Annotated[str | None, typer.Option("--weekdays", help="mon,fri; empty: every day.")] = None,
    days: Annotated[str | None, typer.Option("--days", help="1,15,last; empty: every day.")] = None,
    on_demand: Annotated[bool, typer.Option("--on-demand", help="No planned times.")] = False,
    misfire: Annotated[str | None, typer.Option("--misfire", help="once, skip or all.")] = None,
    overlap: Annotated[str | None, typer.Option("--overlap", help="queue_one, skip or queue_all.")] = None,
    revert: Annotated[
        bool, typer.Option("--revert", help="Back to the schedule of the file or the code.")
    ] = False,
    preview: Annotated[
        int | None, typer.Option("--preview", min=1, max=1000, help="Show the next N starts.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what it would come to; change nothing.")
    ] = False,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Change when a service runs, and show its next starts. With --preview alone: only show them."""
    system = glimpse(ctx)
    before = _rule(system.services.one(name))
    after = _wanted(before, every, align, at, zone, weekdays, days, on_demand)
    values = {key: value for key, value in (("misfire", misfire), ("overlap", overlap)) if value is not None}
    if revert and (after is not None or values):
        raise typer.BadParameter("--revert: it goes with no other change")
    if after is not None and (problems := after.problems()):
        raise Refusal("bad_schedule", "; ".join(problems))
    changes = {**(fields_of(after) if after is not None else {}), **values}
    if not dry_run and (revert or changes):
        system = acting(ctx, name)
        system.services.change(name, {"revert": ["rule"]} if revert else changes, reason)
        changes = {}
    _show(system, name, changes, preview or 5, as_json=as_json)


def _rule(row: Mapping[str, Any]) -> Rule:
    """The schedule in force, of a service as it is shown."""
    if row["kind"] == "periodic":
        return Periodic(row["period"], row["align"])
    if row["kind"] == "fixed_time":
        lists = {name: tuple(row[name]) for name in ("times", "weekdays", "days")}
        return FixedTime(zone=row["zone"], **lists)
    return Daemon() if row["kind"] == "daemon" else OnDemand()


def _wanted(
    before: Rule,
    every: int | None,
    align: int | None,
    at: str | None,
    zone: str | None,
    weekdays: str | None,
    days: str | None,
    on_demand: bool,
) -> Rule | None:
    """The schedule that the options ask for; None when they ask for none. Its problems are not looked at."""
    periodic = every is not None or align is not None
    fixed = any(option is not None for option in (at, zone, weekdays, days))
    if periodic + fixed + on_demand > 1:
        raise typer.BadParameter(
            "--every/--align, --at (with --zone, --weekdays, --days) or --on-demand: one of them"
        )
    if on_demand:
        return OnDemand()
    if periodic:
        return _periodic(before, every, align)
    return _fixed(before, at, zone, weekdays, days) if fixed else None


def _periodic(before: Rule, every: int | None, align: int | None) -> Rule:
    if every is None:
        if not isinstance(before, Periodic):
            raise typer.BadParameter("--align: it goes with --every")
        every = before.minutes
    if align is None:
        # The place in the hour stays where it can.
        align = before.align if isinstance(before, Periodic) and before.align < every else 0
    return Periodic(every, align)


def _fixed(before: Rule, at: str | None, zone: str | None, weekdays: str | None, days: str | None) -> Rule:
    known = before if isinstance(before, FixedTime) else None
    if at is None and known is None:
        raise typer.BadParameter("--zone, --weekdays and --days: they go with --at")
    return FixedTime(
        times=_words(at) if at is not None else known.times if known else (),
        zone=(zone or None) if zone is not None else known.zone if known else None,
        weekdays=_words(weekdays) if weekdays is not None else known.weekdays if known else (),
        days=_words(days) if days is not None else known.days if known else (),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",")) if text.strip() else ()


def _show(system: System, name: str, changes: Mapping[str, Any], number: int, *, as_json: bool) -> None:
    shown = system.services.preview(name, changes, number)
    if shown["problems"]:
        raise EditProblems(shown["problems"])
    if as_json:
        document: dict[str, Any] = {
            **{key: shown[key] for key in ("service", "schedule", "zone")},
            "next": [start["at"] for start in shown["next"]],
            "warnings": [warning["text"] for warning in shown["warnings"]],
        }
        output.print_json(document)
        return
    typer.echo(f"{shown['service']}: {shown['schedule']}")
    for start in shown["next"]:
        typer.echo(f"  {start['local']}  in {output.span(output.epoch(start['at']) - int(system.now))}")
    typer.echo(f"times are of {shown['zone']}" if shown["next"] else "it has no planned times")
    for warning in shown["warnings"]:
        output.note(f"note: {warning['text']}")
