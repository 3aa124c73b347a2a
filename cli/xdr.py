"""`tickworks xdr`: files with made-up calls, for trying things out and for measuring."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from cli import output
from cli.moments import back
from cli.opened import settings_of
from domain.calls.made_up import Batch
from domain.sample.voice import FOLDER
from web.acts.made_up_calls import write
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="Made-up calls of the sample carrier.")


@app.callback()
def xdr() -> None:
    """A group of its own, for more is to come."""


@app.command("generate")
def generate(
    ctx: typer.Context,
    calls: Annotated[int, typer.Option("--calls", min=1, max=1_000_000_000, help="How many.")] = 1000,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where; else the folder of the sample's collector.")
    ] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="The first begins then: 1h, or an instant.")
    ] = "1h",
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31, help="Another one, other calls.")] = 1,
    damaged: Annotated[bool, typer.Option("--damaged", help="One row in a hundred cannot be read.")] = False,
    every: Annotated[
        int | None,
        typer.Option("--every", min=1, max=86_400, metavar="S", help="Again and again, with calls of S s."),
    ] = None,
) -> None:
    """Write a CSV file of our common format with calls from --since until now; prints its path.

    The same seed and begin give the same calls, which count once however often they are collected.
    """
    settings = settings_of(ctx)
    where = folder or settings.logs.dir.parent / FOLDER
    now = int(time.time())
    begin = back(since, "--since", now, ZoneInfo(settings.site.zone))
    start = int(begin if begin is not None else now - 3600)
    if start >= now or start < 0:
        raise Refusal("bad_value", f"--since: {since} has not come yet: give a time that is past")
    if every is None:
        _write(where, Batch(calls, start, now - start, seed, damaged))
        return
    output.note(f"a file with {calls} calls each {every} s; Ctrl-C ends it")
    try:
        while True:
            now = int(time.time())
            _write(where, Batch(calls, now - every, every, seed, damaged))
            time.sleep(every)
    except KeyboardInterrupt:
        return


def _write(folder: Path, batch: Batch) -> None:
    try:
        typer.echo(str(write(folder, batch)))
    except OSError as error:
        raise Refusal("bad_value", f"{folder}: {error.strerror or error}: give another --folder") from None
