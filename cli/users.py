"""`tickworks user`: who may use the page and the API."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from web.acts import identities
from web.acts import users as acts
from web.acts.refusal import Refusal
from web.shown import users as shown

app = typer.Typer(no_args_is_help=True, help="Who may use the page and the API.")

UserName = Annotated[str, typer.Argument(metavar="NAME", help="A user's name.")]
Role = Annotated[str, typer.Argument(metavar="ROLE", help="viewer, operator or admin.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input: its first line.")
]
#: Longer first lines are no passwords.
LONGEST_LINE = 4096
#: How somebody signs in, by key of a shown user.
WAYS = {"password": "password", "linked": "identity provider"}


@app.command()
def add(
    ctx: typer.Context,
    name: UserName,
    role: Annotated[str, typer.Option("--role", help="viewer, operator or admin.")] = "viewer",
    password_stdin: FromStdin = False,
    reason: Reason = None,
) -> None:
    """Make a user; prints a one-time password, unless one was given."""
    password = _password(password_stdin)
    made = acts.add(acting(ctx).site, name, role, by=who(), password=password, reason=reason)
    output.note(f"{name} is {role}{_once(made)}")
    _print(made)


@app.command()
def password(
    ctx: typer.Context, name: UserName, password_stdin: FromStdin = False, reason: Reason = None
) -> None:
    """Give a user another password and end their sessions; prints a one-time one, unless one was given."""
    given = _password(password_stdin)
    made = acts.set_password(reading(ctx).site, name, by=who(), password=given, reason=reason)
    output.note(f"{name} has another password; their sessions have ended{_once(made)}")
    _print(made)


@app.command()
def role(ctx: typer.Context, name: UserName, role: Role, reason: Reason = None) -> None:
    """Give a user another role; their sessions end, their tokens may no more than they."""
    done = acts.set_role(reading(ctx).site, name, role, by=who(), reason=reason)
    typer.echo(f"{name} is {role}" if done else f"{name} was {role} already")


@app.command()
def disable(ctx: typer.Context, name: UserName, reason: Reason = None) -> None:
    """Let a user in no more, neither by password nor by token."""
    done = acts.disable(reading(ctx).site, name, by=who(), reason=reason)
    typer.echo(f"{name} is disabled" if done else f"{name} was disabled already")


@app.command()
def enable(ctx: typer.Context, name: UserName, reason: Reason = None) -> None:
    """Let a user in again."""
    done = acts.enable(reading(ctx).site, name, by=who(), reason=reason)
    typer.echo(f"{name} is enabled" if done else f"{name} was enabled already")


@app.command()
def link(
    ctx: typer.Context,
    name: UserName,
    subject: Annotated[
        str | None,
        typer.Option("--subject", help="Their claim sub; else who comes first with this name."),
    ] = None,
    reason: Reason = None,
) -> None:
    """Let a user in through the identity provider too."""
    done = identities.link(reading(ctx).site, name, by=who(), subject=subject, reason=reason)
    typer.echo(f"{name} is linked" if done else f"{name} was linked already")


@app.command()
def unlink(ctx: typer.Context, name: UserName, reason: Reason = None) -> None:
    """Let nobody in through the identity provider as this user; their sessions end."""
    done = identities.unlink(reading(ctx).site, name, by=who(), reason=reason)
    typer.echo(f"{name} is not linked any more" if done else f"{name} was not linked")


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """All users."""
    opened = reading(ctx)
    rows = shown.listing(opened.tx)
    if as_json:
        output.print_json({"users": rows})
        return
    table = output.table("USER", "ROLE", "STATE", "SIGNS IN BY", "LAST SEEN", whole=("USER",))
    for row in rows:
        state = "disabled" if not row["enabled"] else "one-time password" if row["one_time"] else "enabled"
        ways = [word for key, word in WAYS.items() if row[key]]
        table.add_row(
            row["name"],
            row["role"],
            state,
            ", ".join(ways) or "—",
            output.ago(row["last_seen_at"], opened.now),
        )
    output.console().print(table)


def _password(from_stdin: bool) -> str | None:
    if not from_stdin:
        return None
    line = sys.stdin.readline(LONGEST_LINE).rstrip("\r\n")
    if not line:
        raise Refusal("bad_value", "--password-stdin: there is no password on standard input")
    return line


def _once(made: str | None) -> str:
    return "; one-time password, to be changed at the first sign-in:" if made else ""


def _print(made: str | None) -> None:
    if made:
        typer.echo(made)
