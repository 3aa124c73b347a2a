"""`tickworks rejected`: messages that nobody could understand."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import output
from cli.opened import reading
from cli.words import Json
from web.shown import events as shown


def rejected(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 20,
    as_json: Json = False,
) -> None:
    """Messages that were refused, with the reason; the newest first."""
    opened = reading(ctx)
    rows = shown.rejections(opened.tx, limit)
    if as_json:
        output.print_json({"rejected": rows})
        return
    if not rows:
        output.note("no message was rejected")
        return
    table = output.table("ID", "WHEN", "QUEUE", "REASON", "MESSAGE", right=("ID",), whole=("ID", "WHEN"))
    for row in rows:
        body = " ".join(row["body"].split())
        short = body if len(body) <= 60 else f"{body[:59]}…"
        table.add_row(str(row["id"]), output.ago(row["at"], opened.now), row["queue"], row["reason"], short)
    output.console().print(table)
