"""`tickworks voice`: what a call to a number costs, and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import output
from cli.system import reading
from cli.words import Json

app = typer.Typer(no_args_is_help=True, help="Calls: what a number costs whom, and why.")


@app.callback()
def voice() -> None:
    """A group of its own, for more is to come."""


@app.command("lookup")
def lookup(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The called number, without tech prefix.")],
    client: Annotated[str, typer.Option("--client", help="An organisation that is a voice client.")] = "",
    account: Annotated[str, typer.Option("--account", help="Or one voice account.")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="As 2026-11-22T10:00:00Z; else now.")] = "",
    seconds: Annotated[int, typer.Option("--seconds", min=0, max=10_000_000, help="How long it is.")] = 60,
    caller: Annotated[str, typer.Option("--caller", help="The calling number.")] = "",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag of it; may be repeated.")] = None,
    as_json: Json = False,
) -> None:
    """What a call costs for a client or an account at a time: account, table, code, rate, and why.

    Exit code 1 if no account of the client has a price for it.
    """
    found = reading(ctx).voice.lookup(number, at, client, account, seconds, caller, tag or [])
    if as_json:
        output.print_json(found)
    else:
        for line in found["warnings"]:
            output.note(line)
        for row in found["results"]:
            _tell(found, row)
        if not found["results"]:
            output.note(
                f"{client} has no account: `tickworks object set voice_account NAME client=…` adds one"
            )
    if not any(row["reason"] == "RATED" for row in found["results"]):
        raise typer.Exit(1)


def _tell(found: dict[str, Any], row: dict[str, Any]) -> None:
    side = "from" if row["side"] == "orig" else "to"
    typer.echo(f"{row['account']}: calls {side} {row['client']}")
    good = row["reason"] == "RATED"
    price = f"{row['cost']} {row['cost_currency']} for {found['seconds']} s"
    rule = f" ({row['rule']})" if row["rule"] else ""
    code = " ".join(filter(None, (row["code"] or "", row["destination"])))
    facts = [
        ("cost", price if good else f"none: {row['said']}{rule}"),
        ("what to do", row["next"]),
        ("number as rated", row["rated_dst"]),
        ("rate table", row["table"] or ""),
        ("code", code),
        ("billed", f"{row['billed']} s" if good else ""),
        ("charge", f"{row['charge']} {row['charge_currency']}" if good else ""),
    ]
    output.console().print(output.facts([(name, text) for name, text in facts if text]))
    if row["rates"]:
        table = output.table("CODE", "TABLE", "PRICE", "UNIT", "SINCE", "WHY", right=("PRICE", "UNIT"))
        for each in row["rates"]:
            since = each["since"] or "always"
            price_of = (each["price"], f"{each['unit']} s")
            table.add_row(each["code"] or "every", each["table"], *price_of, since, each["why"])
        output.console().print(table)
