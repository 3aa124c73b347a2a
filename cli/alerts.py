"""`tickworks alerts`: what is wrong with the system itself, who looks after it, and what is kept quiet."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from cli import moments, output
from cli.system import acting, reading
from cli.words import Json, Reason

app = typer.Typer(help="What is wrong with the system itself; mutes and maintenance windows.")

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1)]
About = Annotated[
    str | None,
    typer.Option("--object", help='"service NAME", "node NAME", "run_group NAME"; a star ends a prefix.'),
]
STYLES = {"error": "red", "warning": "yellow"}
#: How many of those that are over `--all` shows.
RESOLVED = 50


@app.callback(invoke_without_command=True)
def alerts(
    ctx: typer.Context,
    all_: Annotated[bool, typer.Option("--all", help="Also the last ones that are over.")] = False,
    as_json: Json = False,
) -> None:
    """The open alerts, the mutes in force and the maintenance windows that are planned."""
    if ctx.invoked_subcommand is not None:
        return
    system = reading(ctx)
    rows = system.alerts.listing(RESOLVED if all_ else 0)
    mutes, windows = system.alerts.mutes(), system.alerts.windows()
    if as_json:
        output.print_json({"alerts": rows, "mutes": mutes, "windows": windows})
        return
    if rows:
        output.console().print(_table(rows, system.now))
    else:
        output.note("no alert is open")
    for line in (*map(_mute_line, mutes), *map(_window_line, windows)):
        output.console().print(line)


@app.command()
def ack(
    ctx: typer.Context,
    alert_id: Id,
    note: Annotated[str | None, typer.Option("--note", help="What is being done about it.")] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take it back.")] = False,
) -> None:
    """Say that somebody looks after an alert."""
    system = reading(ctx)
    if undo:
        system.alerts.unacknowledge(alert_id)
        typer.echo(f"alert {alert_id} is not acknowledged any more")
        return
    by = system.alerts.acknowledge(alert_id, note)
    typer.echo(f"alert {alert_id} is acknowledged by {by}")


@app.command()
def mute(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Such as failing or missed; any: all rules.")],
    about: About = None,
    for_: Annotated[str | None, typer.Option("--for", help="Such as 2h; else until unmuted.")] = None,
    reason: Reason = None,
) -> None:
    """Keep alerts quiet: they are shown, but nobody is told."""
    system = acting(ctx)
    now = system.now
    until = moments.ahead(for_, "--for", now, system.zone)
    seconds = None if until is None else until - now
    made = system.alerts.silence(None if rule == "any" else rule, about, seconds, reason)
    typer.echo(f"mute {made}: nobody is told of {rule}; `tickworks alerts unmute {made}` ends it")


@app.command()
def unmute(ctx: typer.Context, mute_id: Id) -> None:
    """End a mute."""
    reading(ctx).alerts.unmute(mute_id)
    typer.echo(f"mute {mute_id} has ended: what is still open is told now")


@app.command()
def window(
    ctx: typer.Context,
    until: Annotated[str, typer.Option("--until", help="Such as 2h (from now) or an instant.")],
    from_: Annotated[str | None, typer.Option("--from", help="The same; else now.")] = None,
    about: About = None,
    reason: Reason = None,
) -> None:
    """Plan a maintenance window: alerts are quiet in it, runs go on."""
    system = acting(ctx)
    now, zone = system.now, system.zone
    begins = moments.ahead(from_, "--from", now, zone)
    ends = moments.ahead(until, "--until", now, zone) or now
    made = system.alerts.plan_window(begins, ends, about, reason)
    typer.echo(f"maintenance window {made}: alerts on {about or 'the whole site'} are quiet in it")


@app.command("cancel-window")
def cancel_window(ctx: typer.Context, window_id: Id) -> None:
    """Cancel a maintenance window."""
    reading(ctx).alerts.cancel_window(window_id)
    typer.echo(f"maintenance window {window_id} is cancelled")


def _table(rows: list[dict[str, Any]], now: float) -> Any:
    table = output.table("ID", "RULE", "SINCE", "WHAT", "NOTE", right=("ID",), whole=("ID", "RULE", "SINCE"))
    for row in rows:
        over = row["state"] == "resolved"
        style = "dim" if over or row["quiet"] else STYLES[row["severity"]]
        rule = Text(row["rule"], style=style)
        table.add_row(str(row["id"]), rule, output.ago(row["opened_at"], now), row["text"], _note(row, now))
    return table


def _note(row: dict[str, Any], now: float) -> str:
    notes = []
    if row["resolved_at"]:
        notes.append(f"over {output.ago(row['resolved_at'], now)}")
    if row["quiet_reason"]:
        notes.append(row["quiet_reason"])
    if row["acknowledged_by"]:
        said = f": {row['acknowledged_note']}" if row["acknowledged_note"] else ""
        notes.append(f"acknowledged by {row['acknowledged_by']}{said}")
    return "; ".join(notes) or output.NOTHING


def _mute_line(row: dict[str, Any]) -> str:
    end = f" until {row['until']}" if row["until"] else ""
    about = f" on {row['object']}" if row["object"] else ""
    said = f": {row['reason']}" if row["reason"] else ""
    return f"mute {row['id']}: {row['rule'] or 'any rule'}{about}{end}, by {row['by']}{said}"


def _window_line(row: dict[str, Any]) -> str:
    said = f": {row['reason']}" if row["reason"] else ""
    about = row["object"] or "the whole site"
    return f"window {row['id']}: {about} from {row['starts_at']} until {row['ends_at']}, by {row['by']}{said}"
