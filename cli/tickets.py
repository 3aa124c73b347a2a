"""`tickworks ticket`: the helpdesk's tickets, answered and closed from a shell."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json
from web.acts.refusal import Refusal
from web.acts.tickets import Tickets
from web.shown import tickets as shown

app = typer.Typer(no_args_is_help=True, help="Tickets of the helpdesk: list, show, reply, close.")

Number = Annotated[int, typer.Argument(metavar="TICKET", help="A ticket's number.", min=1, max=2**63 - 1)]


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[str, typer.Option("--state", help=f"One of {', '.join(shown.STATES)}.")] = "",
    text: Annotated[str, typer.Option("--text", help="A part of subject or requester.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    before: Annotated[int | None, typer.Option("--before", help="Only those with smaller numbers.")] = None,
    as_json: Json = False,
) -> None:
    """The newest tickets first; those that are deleted or not confirmed only by their state."""
    opened = reading(ctx)
    if state and state not in shown.STATES:
        raise Refusal("bad_value", f"--state: expected one of {', '.join(shown.STATES)}, got {state}")
    found = shown.page(opened.tx, shown.Wanted(state, text), opened.now, limit, before)
    if as_json:
        output.print_json(found)
        return
    if not found["tickets"]:
        output.note("no ticket fits: `tickworks run helpdesk` reads the mail accounts")
        return
    table = output.table("TICKET", "STATE", "PRIORITY", "SUBJECT", "REQUESTER", "ASSIGNED TO", "CHANGED")
    for row in found["tickets"]:
        cells = (row["subject"], row["requester"] or output.NOTHING, row["assignee"] or output.NOTHING)
        changed = output.ago(row["changed_at"], opened.now)
        table.add_row(str(row["id"]), row["state"], row["priority"], *cells, changed)
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """A ticket with its messages."""
    opened = reading(ctx)
    row = shown.one(opened.tx, number, opened.now)
    if row is None:
        raise Refusal("unknown_ticket", f"there is no ticket {number}: `tickworks ticket list` shows them")
    if as_json:
        output.print_json(row)
        return
    names = ("state", "priority", "requester", "organisation", "department", "assignee", "locked_by")
    facts = [(name.replace("_", " "), str(row[name] or output.NOTHING)) for name in names]
    typer.echo(f"{row['id']}  {row['subject']}")
    output.console().print(output.facts([*facts]))
    for each in row["messages"]:
        mail = f"  mail {each['mail']}" if each["mail"] else ""
        typer.echo(f"\n{each['direction']}  {each['sender']}  {each['at']}{mail}")
        typer.echo(each["text"] or "(no text)")
        for file in each["files"]:
            typer.echo(f"  file {file['name']} ({file['size']} bytes)")


@app.command("reply")
def reply(
    ctx: typer.Context,
    number: Number,
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="Left out: standard input.")] = None,
    close: Annotated[bool, typer.Option("--close", help="Close the ticket with it.")] = False,
) -> None:
    """Answer the requester by mail."""
    said = sys.stdin.read() if text is None else text
    Tickets(acting(ctx).site, by=who()).reply(number, said, close=close)
    typer.echo(f"the answer to ticket {number} is in the outbox")


@app.command("close")
def close(ctx: typer.Context, number: Number) -> None:
    """Close a ticket."""
    Tickets(acting(ctx).site, by=who()).move(number, "closed")
    typer.echo(f"ticket {number} is closed")
