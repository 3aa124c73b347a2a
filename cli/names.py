"""`tickworks zones` and `tickworks domains`: what is known of names, and what goes wrong with them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from cli import output
from cli.system import reading
from cli.words import Json
from web.acts.refusal import Refusal
from web.shown import domains as shown_domains
from web.shown import zones as shown_zones

Search = Annotated[str, typer.Option("--search", help="A part of a name, or of its organisation's.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Rows at most.")]
VERIFICATION = {"new": "not looked at", "waiting": "waits", "given_up": "given up", "verified": "verified"}


def zones(
    ctx: typer.Context,
    search: Search = "",
    show: Annotated[str, typer.Option("--show", help=f"One of {', '.join(shown_zones.SHOWS)}.")] = "all",
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """Zones by name: serial, records, when they were last read, and what went wrong."""
    _check(show, shown_zones.SHOWS)
    system = reading(ctx)
    rows = system.names.zones(search, show, limit)
    if as_json:
        output.print_json({"zones": rows})
        return
    if not rows:
        output.note("no zone fits: `tickworks object set zone NAME host=…` adds one")
        return
    table = output.table(
        *("ZONE", "OF", "SERIAL", "RECORDS", "LAST READ", "WRONG"),
        right=("SERIAL", "RECORDS"),
        whole=("ZONE", "SERIAL", "RECORDS"),
    )
    for row in rows:
        table.add_row(
            row["title"],
            row["organisation"] or output.NOTHING,
            output.NOTHING if row["serial"] is None else str(row["serial"]),
            str(row["records"]),
            output.ago(row["synced_at"], system.now) if row["synced_at"] else output.NOTHING,
            _wrong(row),
        )
    output.console().print(table)


def domains(
    ctx: typer.Context,
    search: Search = "",
    show: Annotated[str, typer.Option("--show", help=f"One of {', '.join(shown_domains.SHOWS)}.")] = "all",
    limit: Limit = 100,
    as_json: Json = False,
) -> None:
    """Domains by name: whether they are verified, how long they are paid for, and what went wrong."""
    _check(show, shown_domains.SHOWS)
    system = reading(ctx)
    rows = system.names.domains(search, show, limit)
    if as_json:
        output.print_json({"domains": rows})
        return
    if not rows:
        output.note("no domain fits: `tickworks object set domain NAME` adds one")
        return
    table = output.table(
        *("DOMAIN", "OF", "REGISTRAR", "VERIFIED", "DAYS LEFT", "WRONG"),
        right=("DAYS LEFT",),
        whole=("DOMAIN", "VERIFIED", "DAYS LEFT"),
    )
    for row in rows:
        table.add_row(
            row["title"],
            row["organisation"] or output.NOTHING,
            row["registrar"] or output.NOTHING,
            VERIFICATION[row["verification"]["state"]],
            output.NOTHING if row["days_left"] is None else str(row["days_left"]),
            _wrong(row),
        )
    output.console().print(table)


def _check(show: str, known: tuple[str, ...]) -> None:
    if show not in known:
        raise Refusal("bad_value", f"--show: expected one of {', '.join(known)}, got {show!r}")


def _wrong(row: dict[str, Any]) -> Text:
    return Text(row["error"] or output.NOTHING, style="red" if row["error"] else "dim")
