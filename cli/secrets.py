"""`tickworks secret`: what services sign in with, sealed in the database. Values go in and never come out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from web.acts.refusal import Refusal
from web.acts.secrets import LONGEST, Secrets
from web.shown import secrets as shown

app = typer.Typer(no_args_is_help=True, help="Sealed secrets: set, list, rotate their key, remove.")

SecretName = Annotated[str, typer.Argument(metavar="NAME", help="Settings refer to it as vault:NAME.")]


@app.command("set")
def set_(
    ctx: typer.Context,
    name: SecretName,
    from_file: Annotated[
        Path | None, typer.Option("--from-file", metavar="FILE", help="Read it from there.")
    ] = None,
    new_key: Annotated[
        bool, typer.Option("--new-key", help="Make a new key where the old one is lost.")
    ] = False,
    reason: Reason = None,
) -> None:
    """Seal a secret: from a file, from standard input, or asked for on the terminal."""
    value = _given(name, from_file)
    opened = acting(ctx)
    new = Secrets(opened.site, by=who(), reason=reason).set(name, value, new_key=new_key)
    typer.echo(f"secret {name} is {'sealed' if new else 'replaced'}: refer to it as vault:{name}")
    for level, text in shown.problems(opened.site.settings, opened.tx):
        if level == "note":
            output.note(f"note: {text}")


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """Their names, when they were set and by whom. No command shows a value."""
    opened = reading(ctx)
    rows = shown.listing(opened.site.settings, opened.tx)
    if as_json:
        output.print_json({"secrets": rows})
        return
    if not rows:
        output.note("no secret yet: `tickworks secret set NAME` seals one")
        return
    table = output.table("SECRET", "SET", "BY", "USED BY", whole=("SET",))
    for row in rows:
        age = output.ago(row["changed_at"], opened.now)
        table.add_row(row["name"], age, row["changed_by"], ", ".join(row["used_by"]) or output.NOTHING)
    output.console().print(table)


@app.command()
def rotate(
    ctx: typer.Context,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Drop the old keys once nothing is sealed with them.")
    ] = False,
    reason: Reason = None,
) -> None:
    """Make a new key and seal every secret with it; the old ones stay until --drop-old."""
    opened = reading(ctx)
    done = Secrets(opened.site, by=who(), reason=reason).rotate(drop_old=drop_old)
    what = "sealed with the new key" if done.new_key else "sealed with the newest key"
    if done.sealed or done.new_key:
        typer.echo(f"{output.count(done.sealed, 'secret')} {what}")
    if done.dropped:
        typer.echo(f"{output.count(done.dropped, 'old key')} dropped")
    if done.old:
        stay = output.count(done.old, "old key")
        theirs = f"take it out of {done.reference}"
        then = theirs if done.reference else "`tickworks secret rotate --drop-old`"
        output.note(f"{stay} kept: give every node the new one, then {then}")
    if done.new_key:
        output.note(
            "the key is another one now: keep a copy elsewhere, then `tickworks secret kept-elsewhere`"
        )


@app.command()
def remove(ctx: typer.Context, name: SecretName, reason: Reason = None) -> None:
    """Take a secret away that no setting refers to."""
    Secrets(reading(ctx).site, by=who(), reason=reason).remove(name)
    typer.echo(f"secret {name} is removed")


@app.command("kept-elsewhere")
def kept_elsewhere(ctx: typer.Context, reason: Reason = None) -> None:
    """Say that a copy of the key is kept away from this machine; `tickworks check` asks until then."""
    where = Secrets(reading(ctx).site, by=who(), reason=reason).kept_elsewhere()
    typer.echo(f"noted: a copy of the key ({where}) is kept elsewhere")


def _given(name: str, from_file: Path | None) -> str:
    """The value without its last line end. It is no argument: those show in the list of processes."""
    if from_file is None and sys.stdin.isatty():
        value: str = typer.prompt(f"secret {name}", hide_input=True, confirmation_prompt=True)
        return value
    try:
        if from_file is None:
            data = sys.stdin.buffer.read(LONGEST + 3)
        else:
            with from_file.open("rb") as file:
                data = file.read(LONGEST + 3)
        return data.decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise Refusal("bad_value", f"{from_file or 'standard input'}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refusal("bad_value", f"secret {name}: expected UTF-8 text") from None
