"""`tickworks directory`: users of directories, who is locked out, and letting one in again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import output
from cli.opened import Opened, acting, reading, who
from cli.words import Json
from web.acts.directories import Directories
from web.acts.refusal import Refusal
from web.shown import directory as shown
from web.shown import directory_copies as copies

app = typer.Typer(no_args_is_help=True, help="Users of directories: who is there, locked out, or due.")

User = Annotated[str, typer.Argument(metavar="USER", help="An account, sign-in name, GUID or number.")]


@app.command("users")
def users(
    ctx: typer.Context,
    search: Annotated[str, typer.Option("--search", help="A part of a name, account or address.")] = "",
    show: Annotated[str, typer.Option("--show", help=", ".join(shown.SHOWS))] = "all",
    organisation: Annotated[str, typer.Option("--organisation", help="Only of this one.")] = "",
    directory: Annotated[str, typer.Option("--directory", help="Only of this one.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    cursor: Annotated[int | None, typer.Option("--cursor", min=1, help="`next` of the page before.")] = None,
    as_json: Json = False,
) -> None:
    """Users by name: account, state, when the password ends, whose they are."""
    opened = reading(ctx)
    if show not in shown.SHOWS:
        raise Refusal("bad_value", f"--show: expected one of {', '.join(shown.SHOWS)}, got {show!r}")
    found = shown.users(
        opened.site,
        opened.tx,
        text=search,
        show=show,
        organisation=organisation,
        directory=directory,
        limit=limit,
        cursor=cursor,
    )
    _print(opened, found, as_json)


@app.command("locked")
def locked(ctx: typer.Context, as_json: Json = False) -> None:
    """Who is locked out after wrong passwords."""
    opened = reading(ctx)
    _print(opened, shown.users(opened.site, opened.tx, show="locked", limit=500), as_json)


@app.command("show")
def show_user(ctx: typer.Context, user: User) -> None:
    """All of one user, as JSON."""
    opened = reading(ctx)
    output.print_json(shown.named(opened.site, opened.tx, user))


@app.command("unlock")
def unlock(ctx: typer.Context, user: User) -> None:
    """Let a user in again, in the directory itself."""
    typer.echo(Directories(acting(ctx).site, by=who()).unlock(user))


@app.command("copies")
def copy_list(
    ctx: typer.Context,
    search: Annotated[str, typer.Option("--search", help="A GUID, or the beginning of a name.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    before: Annotated[int | None, typer.Option("--before", min=1, help="`next` of the page before.")] = None,
    as_json: Json = False,
) -> None:
    """What was kept of objects before they were deleted, or because we lack them: the newest first."""
    opened = reading(ctx)
    found = copies.page(opened.tx, search, limit, before)
    if as_json:
        output.print_json(found)
        return
    if not found["copies"]:
        output.note("no copy is like that")
        return
    table = output.table("NUMBER", "KIND", "NAME", "GUID", "KEPT", "WHY", "DIRECTORY", right=("NUMBER",))
    for row in found["copies"]:
        kept = output.ago(row["at"], opened.now)
        cells = (row["kind"], row["name"], row["guid"], kept, row["reason"], row["directory"])
        table.add_row(str(row["id"]), *cells)
    output.console().print(table)
    if found["next"]:
        output.note(f"there are more: --before {found['next']}")


@app.command("copy")
def show_copy(
    ctx: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", min=1, max=2**63 - 1, help="See `copies`.")],
) -> None:
    """One copy with all its attributes, as JSON."""
    output.print_json(copies.one(reading(ctx).tx, number))


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """Directories: how many users, when they were read, what went wrong."""
    opened = reading(ctx)
    rows = shown.directories(opened.tx)
    if as_json:
        output.print_json({"directories": rows})
        return
    if not rows:
        output.note("no directory: `tickworks object set directory NAME host=… username=…` adds one")
        return
    table = output.table("DIRECTORY", "USERS", "LAST READ", "WHOLE", "WRONG", right=("USERS",))
    for row in rows:
        read_at = output.ago(row["synced_at"], opened.now) if row["synced_at"] else output.NOTHING
        whole = output.ago(row["full_at"], opened.now) if row["full_at"] else output.NOTHING
        table.add_row(row["name"], str(row["users"]), read_at, whole, row["error"] or output.NOTHING)
    output.console().print(table)


def _print(opened: Opened, found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        output.print_json(found)
        return
    if not found["users"]:
        output.note("no user is like that")
        return
    columns = ("NUMBER", "NAME", "ACCOUNT", "STATE", "PASSWORD ENDS", "ORGANISATION", "DIRECTORY")
    table = output.table(*columns, right=("NUMBER",), whole=("NUMBER", "ACCOUNT", "STATE"))
    for row in found["users"]:
        owner = row["organisation"] or output.NOTHING
        cells = (row["name"], row["sam"], _state(row), _password(row), owner, row["directory"])
        table.add_row(str(row["id"]), *cells)
    output.console().print(table)
    if found["next"]:
        output.note(f"there are more: --cursor {found['next']}")


def _state(row: dict[str, Any]) -> str:
    if row["gone_at"]:
        return "gone"
    return "locked out" if row["locked"] else "good" if row["enabled"] else "switched off"


def _password(row: dict[str, Any]) -> str:
    if row["must_change"]:
        return "to be changed"
    if row["password_expires"] != "at":
        return "never" if row["password_expires"] == "never" else "has ended"
    return str(row["password_expires_at"])[:10]
