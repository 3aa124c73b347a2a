"""`tickworks site`: profiles of the catalogue, and the site at a glance."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from actors.catalogue import PROFILES
from cli import effects, output
from cli.opened import Opened, acting, glimpse, who
from cli.words import Json, Reason, Switch
from web.acts import profiles
from web.shown import effects as shown_effects
from web.shown import nodes as shown_nodes
from web.shown import site

app = typer.Typer(
    no_args_is_help=True, help="Profiles of the catalogue, what may leave the site, and the site at a glance."
)
app.command("go-live")(effects.go_live)
app.command("observe")(effects.observe)
app.command("held")(effects.held)
app.command("release")(effects.release)
app.command("drop")(effects.drop)
app.command("destroy")(effects.destroy)


@app.command("profile")
def profile(
    ctx: typer.Context,
    switch: Annotated[Switch, typer.Argument(metavar="on|off")],
    name: Annotated[str, typer.Argument(metavar="PROFILE", help=", ".join(PROFILES))],
    reason: Reason = None,
) -> None:
    """Switch a profile of the catalogue on or off."""
    opened = acting(ctx)
    on = switch is Switch.on
    settings = opened.site.settings
    changed = profiles.switch(settings, name, on, by=who(), now=opened.now, reason=reason)
    size = output.count(profiles.size(name), "service")
    if not changed:
        typer.echo(f"profile {name} was {switch.value} already")
        return
    typer.echo(f"profile {name} is {switch.value}: {size}")
    if _running(opened):
        output.note("running nodes start anew with it now; their runs end first")


@app.command("status")
def status(ctx: typer.Context, as_json: Json = False) -> None:
    """The site at a glance: profiles, nodes, maintenance, and where its settings come from."""
    opened = glimpse(ctx)
    document = site.status(opened.site.settings, opened.tx_or_none)
    document["families"] = shown_effects.families(opened.site, opened.tx_or_none)
    if as_json:
        output.print_json(document)
        return
    console = output.console()
    console.print(Text(document["name"], style="bold"))
    stopped = document["maintenance"]
    console.print(
        output.facts(
            [
                ("zone", document["zone"]),
                ("database", document["database"]),
                ("broker", document["broker"]),
                ("configuration", document["file"] or "defaults (no file)"),
                (
                    "nodes",
                    ", ".join(f"{each['name']} {each['state']}" for each in document["nodes"]) or "none",
                ),
                ("maintenance", Text("on", style="yellow") if stopped else "off"),
            ]
        )
    )
    console.print()
    table = output.table("PROFILE", "STATE", "SERVICES", "SAID BY", right=("SERVICES",))
    for each in document["profiles"]:
        state = Text("on", style="green") if each["on"] else Text("off", style="dim")
        table.add_row(each["name"], state, str(each["services"]), each["source"])
    console.print(table)
    if document["families"]:
        console.print()
        console.print(effects.families_table(document["families"]))


def _running(opened: Opened) -> bool:
    return any(each["state"] == "up" for each in shown_nodes.listing(opened.tx))
