"""`tickworks campaign`: mail campaigns, how far they are, and pause, resume, cancel."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import output
from cli.moments import ahead
from cli.system import acting, reading
from cli.words import Json, Reason
from domain.campaign.audience import DUTIES, KINDS
from domain.campaign.campaign import RECIPIENTS
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="Mail campaigns: how far each is; pause, resume, cancel.")

Name = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="A campaign's name or number.")]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """The newest campaigns first."""
    system = reading(ctx)
    found = system.campaigns.listing(100)
    if as_json:
        output.print_json(found)
        return
    if not found["campaigns"]:
        output.note("no campaigns: `tickworks campaign add NAME FILE` writes one, or the page Campaigns")
        return
    table = output.table("CAMPAIGN", "STATE", "DONE", "OF", "SENT", "STARTS", right=("DONE", "OF", "SENT"))
    for row in found["campaigns"]:
        starts = output.ago(row["starts_at"], system.now) if row["starts_at"] else output.NOTHING
        numbers = (str(row["ended"]), str(row["total"]), str(row["counts"]["sent"]))
        table.add_row(row["name"], row["state"], *numbers, starts)
    output.console().print(table)


@app.command("show")
def show(ctx: typer.Context, campaign: Name, as_json: Json = False) -> None:
    """One campaign: its texts, and its recipients by state."""
    row = reading(ctx).campaigns.one(campaign)
    if as_json:
        output.print_json(row)
        return
    names = (
        "name",
        "id",
        "state",
        "said",
        "organisation",
        "sender",
        "subject",
        "per_minute",
        "people",
        "total",
    )
    pairs = [(name.replace("_", " "), row[name]) for name in names]
    output.console().print(output.facts([*pairs, *((each, row["counts"][each]) for each in RECIPIENTS)]))


@app.command("add")
def add(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the campaign is called.")],
    text: Annotated[typer.FileText, typer.Argument(metavar="FILE", help="The text of the mail; - reads it.")],
    subject: Annotated[str, typer.Option("--subject", help="May name fields as the text does.")],
    people: Annotated[
        typer.FileText | None,
        typer.Option("--list", metavar="FILE", help="Addresses, or CSV; else contacts."),
    ] = None,
    of: Annotated[list[str] | None, typer.Option("--of", help="Contacts of this organisation.")] = None,
    duty: Annotated[list[str] | None, typer.Option("--duty", help=", ".join(DUTIES))] = None,
    kind: Annotated[list[str] | None, typer.Option("--kind", help=", ".join(KINDS))] = None,
    organisation: Annotated[str | None, typer.Option("--organisation", help="Whose mail it is.")] = None,
    sender: Annotated[str, typer.Option("--sender", help="Such as Shop <shop@example.org>.")] = "",
    per_minute: Annotated[int, typer.Option("--per-minute", help="Mails in a minute, at most.")] = 60,
    reason: Reason = None,
) -> None:
    """Keep a draft; nothing goes out before it is scheduled."""
    given = {"name": name, "subject": subject, "text": text.read(), "organisation": organisation}
    chosen = {"organisations": of or [], "kinds": kind or [], "duties": duty or []}
    number = acting(ctx).campaigns.add(
        {**given, "sender": sender, "per_minute": per_minute},
        {**chosen, "list": people.read() if people else None},
        reason,
    )
    typer.echo(f"campaign {name} is kept as draft {number}")


@app.command("preview")
def preview(
    ctx: typer.Context,
    campaign: Name,
    number: Annotated[int, typer.Option("--number", min=1, help="The mail of this recipient.")] = 1,
) -> None:
    """The mail as one of its recipients would get it now."""
    made = reading(ctx).campaigns.preview(campaign, number)
    if made["problem"]:
        raise Refusal("bad_value", f"for {made['to']}: {made['problem']}")
    typer.echo(f"To: {made['to']}\nSubject: {made['subject']}\n\n{made['text']}")


@app.command("schedule")
def schedule(
    ctx: typer.Context,
    campaign: Name,
    at: Annotated[str | None, typer.Option("--at", help="2h, or 2027-03-28T12:00; else at once.")] = None,
    reason: Reason = None,
) -> None:
    """Have a draft begin then."""
    system = acting(ctx)
    starts_at = ahead(at, "--at", system.now, system.zone)
    name, many = system.campaigns.schedule(campaign, starts_at, reason)
    typer.echo(f"campaign {name} is scheduled for {output.count(many, 'recipient')}")


@app.command("pause")
def pause(ctx: typer.Context, campaign: Name, reason: Reason = None) -> None:
    """Send no more until it is resumed; what waits in the outbox comes back."""
    name, back = acting(ctx).campaigns.pause(campaign, reason)
    typer.echo(f"campaign {name} is paused; {output.count(back, 'mail')} came back out of the outbox")


@app.command("resume")
def resume(ctx: typer.Context, campaign: Name, reason: Reason = None) -> None:
    """Go on where it was paused."""
    typer.echo(f"campaign {acting(ctx).campaigns.resume(campaign, reason)} goes on with the next run")


@app.command("cancel")
def cancel(ctx: typer.Context, campaign: Name, reason: Reason = None) -> None:
    """Send no more, for good."""
    typer.echo(f"campaign {acting(ctx).campaigns.cancel(campaign, reason)} is cancelled")
