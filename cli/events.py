"""`tickworks events`: what happened, and who hears of it by mail."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason
from domain.digest import Rule
from domain.mail.address import checked_address
from domain.mail.problem import MailProblem
from domain.time.clock import rfc3339
from store import change, database, event, event_rule
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="What happened, and who hears of it by mail.")

RuleName = Annotated[str, typer.Argument(metavar="RULE", help="A rule's name.")]
Words = list[str] | None


@app.command("list")
def list_(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 50,
    as_json: Json = False,
) -> None:
    """The newest events first."""
    opened = reading(ctx)
    rows = event.latest(opened.tx, limit)
    if as_json:
        keys = ("id", "type", "severity", "sender", "text")
        shown = [{key: row[key] for key in keys} | {"at": rfc3339(row["at"])} for row in rows]
        output.print_json({"events": shown})
        return
    table = output.table("WHEN", "TYPE", "SENDER", "WHAT", whole=("WHEN", "TYPE"))
    for row in rows:
        table.add_row(output.ago(rfc3339(row["at"]), opened.now), row["type"], row["sender"], row["text"])
    output.console().print(table)


@app.command()
def rules(ctx: typer.Context, as_json: Json = False) -> None:
    """The rules: which events go to whom."""
    found = event_rule.rules(reading(ctx).tx)
    if as_json:
        output.print_json({"rules": [asdict(rule) | {"told_at": rfc3339(rule.told_at)} for rule in found]})
        return
    table = output.table("RULE", "TYPES", "SENDERS", "TAGS", "TO", "ON")
    for rule in found:
        parts = (rule.types, rule.senders, rule.tags)
        words = [" ".join(part) or "any" for part in parts]
        table.add_row(rule.name, *words, " ".join(rule.recipients), "yes" if rule.enabled else "no")
    output.console().print(table)


@app.command()
def rule(
    ctx: typer.Context,
    name: RuleName,
    to: Annotated[list[str], typer.Option("--to", help="An address, or admin: those of [site] admin.")],
    type_: Annotated[Words, typer.Option("--type", help="failure, missed, daemon_down, …; else any.")] = None,
    sender: Annotated[Words, typer.Option("--sender", help="A service's name; else any.")] = None,
    tag: Annotated[Words, typer.Option("--tag", help="Else any.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Keep the rule, but send nothing.")] = False,
    reason: Reason = None,
) -> None:
    """Add a rule, or write it anew; each option may be given several times."""
    recipients = tuple(_recipient(each) for each in to)
    made = Rule(name, tuple(type_ or ()), tuple(sender or ()), tuple(tag or ()), recipients, enabled=not off)
    for word in (name, *made.types, *made.senders, *made.tags):
        if not word or word.split() != [word]:
            raise Refusal("bad_value", f"{word!r}: expected one word without spaces")
    opened = acting(ctx)
    words = {key: value for key, value in asdict(made).items() if key not in ("name", "cursor", "told_at")}

    def work(tx: Any) -> None:
        event_rule.put(tx, made)
        _record(tx, "event rule", name, opened.now, words, reason)

    database.write(work)
    typer.echo(f"rule {name}: {' '.join(recipients)} hear of {' '.join(made.types) or 'all events'}")


@app.command()
def forget(ctx: typer.Context, name: RuleName, reason: Reason = None) -> None:
    """Delete a rule."""
    opened = acting(ctx)

    def work(tx: Any) -> bool:
        gone = event_rule.remove(tx, name)
        if gone:
            _record(tx, "event rule deleted", name, opened.now, None, reason)
        return gone

    if not database.write(work):
        raise Refusal("bad_value", f"there is no rule {name}: `tickworks events rules` lists them")
    typer.echo(f"rule {name} is deleted")


def _recipient(word: str) -> str:
    if word == "admin":
        return word
    try:
        return checked_address("--to", word)
    except MailProblem as problem:
        raise Refusal("bad_value", str(problem)) from problem


def _record(tx: Any, action: str, name: str, now: float, after: Any, reason: str | None) -> None:
    change.record(tx, actor=who(), action=action, target=name, now=now, after=after, reason=reason)
