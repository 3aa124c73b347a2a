"""`tickworks schedule`: a live edit of when a service runs, and a look at what it comes to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from cli import output
from cli.opened import Opened, acting, glimpse, who
from cli.words import Json, Name, Reason
from domain.time.clock import rfc3339
from domain.time.clock_changes import clock_changes_ahead
from domain.time.planned import next_times
from domain.time.rule import FixedTime, OnDemand, Periodic, Rule
from domain.time.stored import from_json
from domain.time.text import describe
from store import service as stored_service
from web.acts.edits import Edits
from web.acts.named import usable
from web.acts.refusal import Refusal
from web.shown import services as shown

#: How far ahead clock changes are told of, in seconds.
A_YEAR = 366 * 86_400


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
    opened = glimpse(ctx)
    before = _rule(opened, name)
    after = _wanted(before, every, align, at, zone, weekdays, days, on_demand)
    values = {key: value for key, value in (("misfire", misfire), ("overlap", overlap)) if value is not None}
    if revert and (after is not None or values):
        raise typer.BadParameter("--revert: it goes with no other change")
    if after is not None and (problems := after.problems()):
        raise Refusal("bad_schedule", "; ".join(problems))
    if not dry_run and (revert or after is not None or values):
        opened = acting(ctx)
        edits = Edits(opened.site, by=who(), reason=reason)
        if revert:
            edits.revert(name, "rule")
        else:
            edits.schedule(name, after, **values)
        after = _rule(opened, name)
    _show(opened, name, after or before, preview or 5, as_json=as_json)


def _rule(opened: Opened, name: str) -> Rule:
    """The schedule in force. Raises Refusal."""
    service = usable(opened.site, name)
    row = stored_service.one(opened.tx, service.name) if opened.ready else None
    if row is not None:
        return from_json(shown.values_of(service, None, row)["rule"])
    declared = next((each for each in opened.site.declared() if each.name == service.name), None)
    return from_json(declared.defaults["rule"]) if declared else service.schedule


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


def _show(opened: Opened, name: str, rule: Rule, number: int, *, as_json: bool) -> None:
    service = usable(opened.site, name)
    own = rule.zone if isinstance(rule, FixedTime) and rule.zone else None
    zone = ZoneInfo(own) if own else opened.site.zone
    now = int(opened.now)
    starts = next_times(rule, now, number, opened.site.zone)
    changes = clock_changes_ahead(rule, now, now + A_YEAR, opened.site.zone)
    if as_json:
        document: dict[str, Any] = {
            "service": service.name,
            "schedule": describe(rule),
            "zone": zone.key,
            "next": [rfc3339(start.at) for start in starts],
            "warnings": [change.sentence for change in changes],
        }
        output.print_json(document)
        return
    typer.echo(f"{service.name}: {describe(rule)}")
    for start in starts:
        local = datetime.fromtimestamp(start.at, zone)
        typer.echo(f"  {local:%a %Y-%m-%d %H:%M %Z}  in {output.span(start.at - now)}")
    typer.echo(f"times are of {zone.key}" if starts else "it has no planned times")
    for change in changes:
        output.note(f"note: {change.sentence}")
