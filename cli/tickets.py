"""`tickworks ticket`: the helpdesk's tickets, opened, answered and closed from a shell."""

from __future__ import annotations

import mimetypes
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.system import acting, reading
from cli.words import Json
from domain.mail_in.files import File
from domain.mail_in.handed_in import LARGEST
from web.acts.refusal import Refusal
from web.acts.ticket_opening import Opening
from web.shown import tickets as shown

app = typer.Typer(no_args_is_help=True, help="Tickets of the helpdesk: list, show, open, reply, close.")

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
    system = reading(ctx)
    if state and state not in shown.STATES:
        raise Refusal("bad_value", f"--state: expected one of {', '.join(shown.STATES)}, got {state}")
    found = system.tickets.page(state, text, limit, before)
    if as_json:
        output.print_json(found)
        return
    if not found["tickets"]:
        output.note("no ticket fits: `tickworks run helpdesk` reads the mail accounts")
        return
    table = output.table("TICKET", "STATE", "PRIORITY", "SUBJECT", "REQUESTER", "ASSIGNED TO", "CHANGED")
    for row in found["tickets"]:
        cells = (row["subject"], row["requester"] or output.NOTHING, row["assignee"] or output.NOTHING)
        changed = output.ago(row["changed_at"], system.now)
        table.add_row(str(row["id"]), row["state"], row["priority"], *cells, changed)
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, number: Number, as_json: Json = False) -> None:
    """A ticket with its messages."""
    row = reading(ctx).tickets.one(number)
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
            typer.echo(f"  file {file['id']}  {file['name']} ({file['size']} bytes)")


@app.command("open")
def open_(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="What it is about, in a line.")],
    text: Annotated[str, typer.Option("--text", help="What the requester said; - is standard input.")] = "",
    name: Annotated[str, typer.Option("--name", help="Who it is from.")] = "",
    address: Annotated[str, typer.Option("--from", metavar="ADDRESS", help="Their mail address.")] = "",
    department: Annotated[str, typer.Option("--department", help="Who answers it.")] = "",
    priority: Annotated[str, typer.Option("--priority", help=f"One of {', '.join(shown.PRIORITIES)}.")] = (
        "normal"
    ),
    staff: Annotated[str, typer.Option("--assign", metavar="STAFF", help="Who has it, by name.")] = "",
    mail: Annotated[str, typer.Option("--mail", metavar="TEXT", help="A first mail to them.")] = "",
    key: Annotated[str | None, typer.Option("--key", help="The same key opens one ticket in a day.")] = None,
    as_json: Json = False,
) -> None:
    """Open a ticket that nobody wrote a mail for."""
    said = sys.stdin.read() if text == "-" else text
    given = Opening(subject, said, address, name, department, priority, staff, mail)
    row, new = acting(ctx).tickets.open(given, key)
    if as_json:
        output.print_json(row)
        return
    typer.echo(f"ticket {row['id']} is {'opened' if new else 'there already: the key has opened it'}")


@app.command("reply")
def reply(
    ctx: typer.Context,
    number: Number,
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="Left out: standard input.")] = None,
    close: Annotated[bool, typer.Option("--close", help="Close the ticket with it.")] = False,
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", metavar="PATH", help="A file to send along; again for more."),
    ] = None,
) -> None:
    """Answer the requester by mail."""
    system = acting(ctx)
    sent = [_read(each) for each in files or ()]
    said = sys.stdin.read() if text is None else text
    system.tickets.reply(number, said, close, sent)
    typer.echo(f"the answer to ticket {number} is in the outbox")


@app.command("save")
def save(
    ctx: typer.Context,
    number: Number,
    file: Annotated[
        int, typer.Argument(metavar="FILE", help="Its number in `ticket show`.", min=1, max=2**63 - 1)
    ],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="PATH", help="Left out: its own name, in this folder.")
    ] = None,
) -> None:
    """Save a file of a ticket; nothing that is there is written over."""
    found = reading(ctx).tickets.file(number, file)
    path = to or Path(found.name)
    try:
        with path.open("xb") as target:
            for part in found.parts:
                target.write(part)
    except OSError as error:
        raise Refusal("bad_value", f"{path}: {error.strerror or error}: give another --to") from None
    typer.echo(f"{path} ({found.size} bytes)")


@app.command("close")
def close(ctx: typer.Context, number: Number) -> None:
    """Close a ticket."""
    acting(ctx).tickets.close(number)
    typer.echo(f"ticket {number} is closed")


def _read(path: Path) -> File:
    """A file that is sent along; of one that is too large only what shows that it is."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise Refusal("bad_value", f"--file: {path}: {error.strerror or error}") from None
    return File(path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", content)
