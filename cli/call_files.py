"""`tickworks files`: files with calls, what was read of them, and what was wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from store.object import read
from web.acts.call_files import CallFiles
from web.acts.refusal import Refusal
from web.shown import call_files as shown

app = typer.Typer(no_args_is_help=True, help="Files with calls: what was read, what was wrong, read again.")

File = Annotated[int, typer.Argument(metavar="FILE", help="A number of `files list`.", min=1, max=2**63 - 1)]
WORDS = (*shown.STATES, shown.TROUBLE)


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str, typer.Option("--state", help=", ".join(WORDS))] = "",
    collector: Annotated[str, typer.Option("--collector", help="Only of this one.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    before: Annotated[int | None, typer.Option("--before", help="Only those with smaller numbers.")] = None,
    as_json: Json = False,
) -> None:
    """The newest files first."""
    opened = reading(ctx)
    if state and state not in WORDS:
        raise Refusal("bad_value", f"state: expected one of {', '.join(WORDS)}, got {state}")
    chosen = read.by_key(opened.tx, "collector", collector) if collector else None
    if collector and chosen is None:
        known = "`tickworks object list collector`"
        raise Refusal("unknown_object", f"there is no collector {collector}: {known} shows them")
    found = shown.page(
        opened.tx, state=state, collector_id=chosen["id"] if chosen else None, before=before, limit=limit
    )
    if as_json:
        output.print_json(found)
        return
    if not found["files"]:
        output.note("no files: collectors (`tickworks object list collector`) say where they are looked for")
        return
    table = output.table("FILE", "NAME", "STATE", "COLLECTOR", "FOUND", "LEGS", "WRONG", "NOTE")
    for row in found["files"]:
        cells = (row["name"], row["state"], row["collector"] or output.NOTHING)
        numbers = (output.ago(row["found_at"], opened.now), str(row["legs"]), str(row["bad"]), row["text"])
        table.add_row(str(row["id"]), *cells, *numbers)
    output.console().print(table)


@app.command("show")
def show(
    ctx: typer.Context,
    file: File,
    after: Annotated[int, typer.Option("--after", min=0, help="`next` of the page before.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 100,
    as_json: Json = False,
) -> None:
    """One file with its wrong rows: line, reason, text."""
    found = shown.one(reading(ctx).tx, file, after=after, limit=limit)
    if found is None:
        raise Refusal("unknown_file", f"there is no file {file}: `tickworks files list` shows them")
    if as_json:
        output.print_json(found)
        return
    typer.echo(f"{found['name']}: {found['state']}, {found['legs']} legs, {found['bad']} wrong rows")
    for text in (found["text"], f"it lies at {found['place']}"):
        if text:
            typer.echo(text)
    if found["bad_rows"]:
        table = output.table("LINE", "WHY", "ROW")
        for row in found["bad_rows"]:
            table.add_row(str(row["line"]), row["reason"], row["text"][:120])
        output.console().print(table)


@app.command("again")
def again(ctx: typer.Context, file: File, reason: Reason = None) -> None:
    """Have a file read again with the next run, after it was mended where it lies."""
    name = CallFiles(acting(ctx).site, by=who(), reason=reason).again(file)
    typer.echo(f"{name} is read again with the next run")
