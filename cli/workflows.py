"""`tickworks workflow`: what users have built, its runs, and what it would do with an event."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from domain.workflow.definition import Definition, from_json, from_plain
from domain.workflow.problem import WorkflowProblem
from store.workflow import kept
from web.acts.refusal import Refusal
from web.acts.workflows import Workflows, found
from web.shown import workflows as shown

app = typer.Typer(no_args_is_help=True, help="Workflows: build, switch, try one out, look at its runs.")

Name = Annotated[str, typer.Argument(metavar="WORKFLOW", help="A workflow's name or number.")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """All workflows."""
    opened = reading(ctx)
    rows = shown.listing(opened.tx)
    if as_json:
        output.print_json({"workflows": rows})
        return
    if not rows:
        output.note("no workflows: the page Workflows builds one, or `tickworks workflow set NAME FILE`")
        return
    table = output.table("WORKFLOW", "STATUS", "EVENT", "ACTIONS", "VERSION", "LAST RUN")
    for row in rows:
        last = row["last_run"]
        said = f"{last['state']} {output.ago(last['at'], opened.now)}" if last else output.NOTHING
        cells = (row["event"], ", ".join(row["actions"]), str(row["version"]), said)
        table.add_row(row["name"], "on" if row["enabled"] else "off", *cells)
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, workflow: Name, as_json: Json = False) -> None:
    """What a workflow says, as JSON that `workflow set` reads; with --json all about it."""
    opened = reading(ctx)
    row = shown.one(opened.tx, found(opened.tx, workflow)["id"])
    output.print_json(row if as_json or row is None else row["definition"])


@app.command("set")
def set_(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A new name, or that of one to write anew.")],
    file: Annotated[
        typer.FileText, typer.Argument(metavar="FILE", help="JSON, as `workflow show` gives it.")
    ],
    reason: Reason = None,
) -> None:
    """Add a workflow, or write its next version; runs that have begun keep theirs."""
    opened = acting(ctx)
    made = _read(file.read())
    acts = Workflows(opened.site, by=who(), reason=reason)
    row = kept.named(opened.tx, name)
    if row is None:
        acts.add(name, made)
        typer.echo(f"workflow {name} is added, and on")
        return
    version = acts.change(row["id"], row["version"], row["name"], made)
    typer.echo(f"workflow {row['name']} is of version {version} now")


@app.command("runs")
def runs(
    ctx: typer.Context,
    workflow: Annotated[str | None, typer.Argument(metavar="[WORKFLOW]", help="None: of all.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    as_json: Json = False,
) -> None:
    """The newest runs, each with its steps."""
    opened = reading(ctx)
    number = found(opened.tx, workflow)["id"] if workflow else None
    rows = shown.runs(opened.tx, number, limit)
    if as_json:
        output.print_json(rows)
        return
    table = output.table("RUN", "BEGAN", "WORKFLOW", "EVENT", "OBJECT", "STATE", "STEPS", "ERROR")
    for row in rows["runs"]:
        steps = ", ".join(f"{each['kind']} {each['state']}" for each in row["steps"])
        cells = (row["event"], row["object"], row["state"], steps, row["error"] or "")
        table.add_row(str(row["id"]), output.ago(row["began_at"], opened.now), row["workflow"], *cells)
    output.console().print(table)


@app.command("dry-run")
def dry_run(
    ctx: typer.Context,
    workflow: Name,
    event: Annotated[
        str | None, typer.Option("--event", metavar="KEY", help="event-7 or change-7; else the newest.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What it would do with an event of the log; nothing is done."""
    opened = reading(ctx)
    row = found(opened.tx, workflow)
    made = from_json(row["definition"])
    known = shown.events(opened.tx, made, 1)
    key = event or (known[0]["key"] if known else "")
    would = shown.dry_run(opened.tx, made, key, row["id"]) if key else None
    if would is None:
        said = f"there is no event {key}" if key else f"nothing named {made.event} is among the newest events"
        raise Refusal("bad_value", f"{said}: `tickworks events list` shows what happened")
    if as_json:
        output.print_json(would)
        return
    _say(would)


@app.command("resume")
def resume(ctx: typer.Context, workflow: Name, reason: Reason = None) -> None:
    """Let events set it off from now on."""
    opened = acting(ctx)
    row = found(opened.tx, workflow)
    done = Workflows(opened.site, by=who(), reason=reason).enable(row["id"])
    typer.echo(f"workflow {row['name']} is on{'' if done else ' already'}")


@app.command("pause")
def pause(ctx: typer.Context, workflow: Name, reason: Reason = None) -> None:
    """Let no event set it off; what has begun goes on."""
    opened = acting(ctx)
    row = found(opened.tx, workflow)
    done = Workflows(opened.site, by=who(), reason=reason).disable(row["id"])
    typer.echo(f"workflow {row['name']} is off{'' if done else ' already'}")


@app.command("archive")
def archive(ctx: typer.Context, workflow: Name, reason: Reason = None) -> None:
    """Put it away."""
    opened = acting(ctx)
    row = found(opened.tx, workflow)
    Workflows(opened.site, by=who(), reason=reason).archive(row["id"])
    typer.echo(f"workflow {row['name']} is archived")


def _say(would: dict[str, Any]) -> None:
    for each in would["conditions"]:
        typer.echo(
            f"{'holds' if each['holds'] else 'does not hold'}: {each['said']} (it is {each['found']!r})"
        )
    if would["refused"] or would["problem"]:
        typer.echo(f"it would not be carried out: {would['refused'] or would['problem']}")
    elif not would["matches"]:
        typer.echo(f"{would['event']['name']} at {would['event']['at']} does not set it off")
    else:
        typer.echo(f"{would['event']['name']} at {would['event']['at']} sets it off:")
        for each in would["actions"]:
            typer.echo(f"  {each['said']}")


def _read(text: str) -> Definition:
    try:
        return from_plain(json.loads(text))
    except ValueError as error:
        problem = str(error) if isinstance(error, WorkflowProblem) else f"this is no JSON: {error}"
        raise Refusal("bad_value", problem) from None
