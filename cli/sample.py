"""`tickworks sample`: a made-up provider for a newcomer, on which services do real work."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import output
from cli.system import acting
from cli.words import Json, Reason
from domain.objects.catalogue import find
from domain.sample.desk import WHAT

app = typer.Typer(no_args_is_help=True, help="A made-up provider to begin with; clear takes it away again.")

Which = Annotated[str, typer.Argument(metavar="hosting|voice", help="Which of the two.")]


@app.command("load")
def load(ctx: typer.Context, name: Which, reason: Reason = None, as_json: Json = False) -> None:
    """Make a hosting provider with this machine's own checks, or a carrier with a day of calls to rate."""
    done = acting(ctx).sample.load(name, reason)
    if as_json:
        output.print_json(done)
        return
    typer.echo(f"the sample {name} is loaded: {_counted(done['objects'])}")
    if done["profiles"]:
        output.note(f"{' and '.join(done['profiles'])} switched on: running nodes start anew with it")
    for line in done["notes"]:
        output.note(line)


@app.command("clear")
def clear(ctx: typer.Context, reason: Reason = None, as_json: Json = False) -> None:
    """Archive all that is marked as sample; nothing that an operator made, and nothing that it refers to."""
    done = acting(ctx).sample.clear(reason)
    if as_json:
        output.print_json(done)
        return
    if not done["objects"] and not done["kept"]:
        typer.echo("there is no sample")
        return
    typer.echo(f"cleared: {_counted(done['objects']) or 'nothing'}")
    for each in done["kept"]:
        typer.echo(f"kept: {each['kind']} {each['object']}: {each['why']}")


def _counted(objects: dict[str, Any]) -> str:
    """Such as "2 servers, 1 report schedule"."""
    return ", ".join(_count(name, number) for name, number in objects.items())


def _count(name: str, number: int) -> str:
    if name in WHAT:
        return output.count(number, name)
    kind = find(name)
    return f"{number} {(kind.title if number == 1 else kind.plural).lower()}"
