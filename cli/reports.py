"""`tickworks reports`: questions over runs and jobs, and their answers by mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from domain.report import words
from domain.report.query import ReportProblem
from web.acts.refusal import Refusal
from web.acts.reports import Reports, checked, found
from web.shown import reports as shown

app = typer.Typer(no_args_is_help=True, help="Reports over runs and jobs, and when they are mailed to whom.")

Report = Annotated[str, typer.Argument(metavar="REPORT", help="A report's name or number.")]
Schedule = Annotated[
    int, typer.Argument(metavar="SCHEDULE", help="A number of `reports list`.", min=1, max=2**63 - 1)
]
Filter = Annotated[
    list[str] | None, typer.Option("--filter", metavar="K=V", help="state=failed,lost; may be repeated.")
]
Period = Annotated[str | None, typer.Option("--period", help="24h, 7d, yesterday, last_week, …")]
Columns = Annotated[str | None, typer.Option("--columns", metavar="A,B", help="In this order.")]
GroupBy = Annotated[str | None, typer.Option("--group-by", metavar="A,B", help="One row for each group.")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """All reports, with their schedules."""
    opened = reading(ctx)
    rows = shown.listing(opened.site, opened.tx)
    if as_json:
        output.print_json({"reports": rows})
        return
    if not rows:
        output.note("no reports: `tickworks reports add NAME --kind runs` keeps one")
        return
    table = output.table(
        "REPORT", "OVER", "OWNER", "SCHEDULE", "MAILED AT", "TO", "NEXT", "LAST", whole=("SCHEDULE",)
    )
    for row in rows:
        over = f"{row['kind']} {row['filters'].get('period', '24h')}"
        for n, each in enumerate(row["schedules"] or [None]):
            head = (row["name"], over, row["owner"]) if n == 0 else ("", "", "")
            table.add_row(*head, *_schedule_cells(each, opened.now))
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, report: Report, as_json: Json = False) -> None:
    """One report: what it asks, and what became of its last mails."""
    opened = reading(ctx)
    row = shown.one(opened.site, opened.tx, found(opened.tx, report)["id"])
    if as_json or row is None:
        output.print_json(row)
        return
    filters = "; ".join(f"{name} {_words(value)}" for name, value in row["filters"].items())
    pairs = [(name, row[name]) for name in ("name", "id", "kind", "owner", "problem")]
    lists = [(name.replace("_", " "), _words(row[name])) for name in ("columns", "group_by")]
    output.console().print(output.facts([*pairs, ("filters", filters), *lists]))
    table = output.table("SCHEDULE", "PLANNED", "STATE", "MAIL", "ROWS", "ERROR", right=("ROWS",))
    for each in row["schedules"]:
        for done in each["deliveries"]:
            planned = output.local(done["planned_at"], opened.site.zone)
            cells = (done["state"], done["mail_state"] or "", str(done["rows"] or 0), done["error"] or "")
            table.add_row(
                str(each["id"]), planned if done["planned_at"] else f"by {done['asked_by']}", *cells
            )
    if table.row_count:
        output.console().print(table)


@app.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the report is called.")],
    kind: Annotated[str, typer.Option("--kind", help="runs or jobs.")],
    period: Period = None,
    filter: Filter = None,
    columns: Columns = None,
    group_by: GroupBy = None,
    reason: Reason = None,
) -> None:
    """Keep a report; prints its number."""
    asked = _definition(name, kind, period, filter, columns, group_by)
    typer.echo(_acts(ctx, reason).add(**asked))


@app.command("change")
def change(
    ctx: typer.Context,
    report: Report,
    name: Annotated[str | None, typer.Option("--name", help="A new name.")] = None,
    period: Period = None,
    filter: Filter = None,
    columns: Columns = None,
    group_by: GroupBy = None,
    reason: Reason = None,
) -> None:
    """Write a report anew: all its filters, columns and groups as given here."""
    acts = _acts(ctx, reason)
    row = found(reading(ctx).tx, report)
    asked = _definition(name or row["name"], row["kind"], period, filter, columns, group_by)
    acts.change(row["id"], row["revision"], **asked)
    typer.echo(f"report {asked['name']} is changed")


@app.command("archive")
def archive(ctx: typer.Context, report: Report, reason: Reason = None) -> None:
    """Put a report away: it is mailed no more."""
    row = found(reading(ctx).tx, report)
    _acts(ctx, reason).archive(row["id"])
    typer.echo(f"report {row['name']} is archived")


@app.command("preview")
def preview(
    ctx: typer.Context,
    report: Report,
    rows: Annotated[int, typer.Option("--rows", min=1, max=1000, help="At most.")] = shown.PREVIEW,
    as_json: Json = False,
) -> None:
    """What a report would say now."""
    opened = reading(ctx)
    row = found(opened.tx, report)
    kept = shown.one(opened.site, opened.tx, row["id"]) or {}
    asked = checked(**{key: kept[key] for key in ("name", "kind", "filters", "columns", "group_by")})
    answer = shown.preview(opened.site, opened.tx, asked, rows)
    if as_json:
        output.print_json(answer)
        return
    table = output.table(*(name.replace("_", " ").upper() for name in answer["columns"]))
    for cells in answer["rows"]:
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    output.console().print(table)
    output.note(answer["limit"] or output.count(len(answer["rows"]), "row"))


@app.command("schedule")
def schedule(
    ctx: typer.Context,
    report: Report,
    at: Annotated[str, typer.Option("--at", metavar="TIMES", help="08:00,17:30")],
    to: Annotated[list[str], typer.Option("--to", help="An address; may be repeated.")],
    zone: Annotated[str | None, typer.Option("--zone", help="The zone of --at; else the site's.")] = None,
    weekdays: Annotated[str, typer.Option("--weekdays", help="mon,fri; else every day.")] = "",
    days: Annotated[str, typer.Option("--days", help="1,15,last; else every day.")] = "",
    form: Annotated[str, typer.Option("--format", help="csv or html.")] = "csv",
    reason: Reason = None,
) -> None:
    """Have a report mailed at fixed times; prints the schedule's number."""
    row = found(reading(ctx).tx, report)
    parts = {"times": words.listed(at), "weekdays": words.listed(weekdays), "days": words.listed(days)}
    typer.echo(_acts(ctx, reason).schedule(row["id"], to=to, form=form, zone=zone, **parts))


@app.command("enable")
def enable(ctx: typer.Context, schedule: Schedule, reason: Reason = None) -> None:
    """Plan a schedule again, from now on."""
    done = _acts(ctx, reason).enable(schedule)
    typer.echo(f"schedule {schedule} is on" + ("" if done else " already"))


@app.command("disable")
def disable(ctx: typer.Context, schedule: Schedule, reason: Reason = None) -> None:
    """Plan a schedule no more."""
    done = _acts(ctx, reason).disable(schedule)
    typer.echo(f"schedule {schedule} is off" + ("" if done else " already"))


@app.command("unschedule")
def unschedule(ctx: typer.Context, schedule: Schedule, reason: Reason = None) -> None:
    """Take a schedule away."""
    _acts(ctx, reason).remove(schedule)
    typer.echo(f"schedule {schedule} is removed")


@app.command("send")
def send(
    ctx: typer.Context,
    schedule: Schedule,
    key: Annotated[str | None, typer.Option("--key", help="The same key never sends it twice.")] = None,
    reason: Reason = None,
) -> None:
    """Mail a report now, beside its planned times."""
    sent = _acts(ctx, reason).send(schedule, key)
    if not sent.new:
        output.note(f"the key {key} sent it before: nothing is sent")
    typer.echo(f"mail {sent.mail} with {output.count(sent.rows, 'row')} is in the outbox")


def _acts(ctx: typer.Context, reason: str | None) -> Reports:
    # Whoever can open the database may do everything with it.
    return Reports(acting(ctx).site, by=who(), admin=True, reason=reason)


def _definition(
    name: str,
    kind: str,
    period: str | None,
    filters: Sequence[str] | None,
    columns: str | None,
    group_by: str | None,
) -> dict[str, Any]:
    try:
        read = words.filters(filters or (), period or "")
    except ReportProblem as problem:
        raise Refusal("bad_value", str(problem)) from None
    parts = {"columns": words.listed(columns or ""), "group_by": words.listed(group_by or "")}
    return {"name": name, "kind": kind, "filters": read, **parts}


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _schedule_cells(each: dict[str, Any] | None, now: float) -> tuple[str, ...]:
    if each is None:
        return ("", "never", "", "", "")
    done = each["deliveries"]
    last = f"{done[0]['state']} {output.ago(done[0]['at'], now)}" if done else output.NOTHING
    state = output.ago(each["next_at"], now) if each["enabled"] else "off"
    return (str(each["id"]), each["schedule"], " ".join(each["recipients"]), state, last)
