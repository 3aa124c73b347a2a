"""`tickworks token`: access tokens for programs that call the API."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from web.acts import tokens as acts
from web.shown import users as shown

app = typer.Typer(no_args_is_help=True, help="Access tokens for programs that call the API.")


@app.command()
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the token is for.")],
    user: Annotated[str, typer.Option("--user", help="Whose token it is.")],
    role: Annotated[
        str, typer.Option("--role", help="viewer, operator or admin: not above the user's.")
    ] = "viewer",
    days: Annotated[int, typer.Option("--days", help="Good for so many days; 0 for ever.")] = 90,
    reason: Reason = None,
) -> None:
    """Make a token and print it: it is shown only this once."""
    site = acting(ctx).site
    made = acts.add(site, name, owner=user, role=role, days=days or None, by=who(), reason=reason)
    term = f"{days} days" if days else "ever"
    output.note(f"a {role} token of {user}, good for {term}; shown only this once:")
    typer.echo(made)


@app.command()
def revoke(
    ctx: typer.Context,
    prefix: Annotated[str, typer.Argument(metavar="PREFIX", help="As `token list` shows it.")],
    reason: Reason = None,
) -> None:
    """End a token at once."""
    done = acts.revoke(reading(ctx).site, prefix, by=who(), reason=reason)
    typer.echo("the token is revoked" if done else "the token was revoked already")


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """All tokens, the newest first; never the secret."""
    opened = reading(ctx)
    rows = shown.tokens(opened.tx, opened.now)
    if as_json:
        output.print_json({"tokens": rows})
        return
    table = output.table("PREFIX", "FOR", "USER", "ROLE", "STATE", "EXPIRES", "LAST USED", whole=("PREFIX",))
    for row in rows:
        expires, used = (output.ago(row[key], opened.now) for key in ("expires_at", "last_used_at"))
        table.add_row(row["prefix"], row["name"], row["user"], row["role"], row["state"], expires, used)
    output.console().print(table)
