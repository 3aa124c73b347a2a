"""`tickworks workflow`: what users have built, its runs, and what it would do with an event."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from cli import output
from cli.system import acting, reading
from cli.words import Json, Reason
from domain.workflow.definition import Definition, from_plain
from domain.workflow.problem import WorkflowProblem
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="Workflows: build, switch, try one out, look at its runs.")

Name = Annotated[str, typer.Argument(metavar="WORKFLOW", help="A workflow's name or number.")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """All workflows."""
    system = reading(ctx)
    rows = system.workflows.listing()
    if as_json:
        output.print_json({"workflows": rows})
        return
    if not rows:
        output.note("no workflows: the page Workflows builds one, or `tickworks workflow set NAME FILE`")
        return
    table = output.table("WORKFLOW", "STATUS", "EVENT", "ACTIONS", "VERSION", "LAST RUN")
    for row in rows:
        last = row["last_run"]
        said = f"{last['state']} {output.ago(last['at'], system.now)}" if last else output.NOTHING
        cells = (row["event"], ", ".join(row["actions"]), str(row["version"]), said)
        table.add_row(row["name"], "on" if row["enabled"] else "off", *cells)
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, workflow: Name, as_json: Json = False) -> None:
    """What a workflow says, as JSON that `workflow set` reads; with --json all about it."""
    row = reading(ctx).workflows.one(workflow)
    output.print_json(row if as_json else row["definition"])


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
    named, version = acting(ctx).workflows.put(name, _read(file.read()), reason)
    said = "added, and on" if version is None else f"of version {version} now"
    typer.echo(f"workflow {named} is {said}")


@app.command("runs")
def runs(
    ctx: typer.Context,
    workflow: Annotated[str | None, typer.Argument(metavar="[WORKFLOW]", help="None: of all.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    as_json: Json = False,
) -> None:
    """The newest runs, each with its steps."""
    system = reading(ctx)
    rows = system.workflows.runs(workflow, limit)
    if as_json:
        output.print_json(rows)
        return
    table = output.table("RUN", "BEGAN", "WORKFLOW", "EVENT", "OBJECT", "STATE", "STEPS", "ERROR")
    for row in rows["runs"]:
        steps = ", ".join(f"{each['kind']} {each['state']}" for each in row["steps"])
        cells = (row["event"], row["object"], row["state"], steps, row["error"] or "")
        table.add_row(str(row["id"]), output.ago(row["began_at"], system.now), row["workflow"], *cells)
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
    would = reading(ctx).workflows.dry_run(workflow, event)
    if as_json:
        output.print_json(would)
        return
    _say(would)


@app.command("resume")
def resume(ctx: typer.Context, workflow: Name, reason: Reason = None) -> None:
    """Let events set it off from now on."""
    name, done = acting(ctx).workflows.switch(workflow, True, reason)
    typer.echo(f"workflow {name} is on{'' if done else ' already'}")


@app.command("pause")
def pause(ctx: typer.Context, workflow: Name, reason: Reason = None) -> None:
    """Let no event set it off; what has begun goes on."""
    name, done = acting(ctx).workflows.switch(workflow, False, reason)
    typer.echo(f"workflow {name} is off{'' if done else ' already'}")


@app.command("archive")
def archive(ctx: typer.Context, workflow: Name, reason: Reason = None) -> None:
    """Put it away."""
    typer.echo(f"workflow {acting(ctx).workflows.archive(workflow, reason)} is archived")


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
