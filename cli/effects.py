"""`tickworks site go-live`, `observe`, `held`, `release`, `drop` and `destroy`: what may leave the site."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from cli import output
from cli.opened import acting, reading, who
from cli.words import Json, Reason, Switch
from web.acts.effects import Effects
from web.acts.refusal import Refusal
from web.shown import effects as shown

Family = Annotated[
    str, typer.Argument(metavar="FAMILY", help="Such as monitoring; `site status` lists them.")
]
OfFamily = Annotated[str | None, typer.Option("--family", help="All that this family has held.")]
Ids = Annotated[list[int] | None, typer.Argument(metavar="ID…", help="Acts, as `site held` lists them.")]


def go_live(ctx: typer.Context, family: Family, reason: Reason = None) -> None:
    """Let a family of services act on the world outside; what it has held is released."""
    opened = acting(ctx)
    done = Effects(opened.site, by=who(), reason=reason).go_live(family)
    if not done.changed:
        typer.echo(f"{family} was live already")
        return
    acts, jobs = output.count(done.acts, "held act"), output.count(done.jobs, "job")
    typer.echo(f"{family} is live: {acts} and {jobs} released")
    if done.acts:
        output.note("they are done when their services ask again")


def observe(ctx: typer.Context, family: Family, reason: Reason = None) -> None:
    """Hold a family's acts back again."""
    opened = acting(ctx)
    done = Effects(opened.site, by=who(), reason=reason).observe(family)
    typer.echo(f"{family} observes" if done.changed else f"{family} observed already")


def held(
    ctx: typer.Context,
    family: Annotated[str | None, typer.Option("--family", help="Only this family.")] = None,
    state: Annotated[str, typer.Option("--state", help="held, released, dropped or done.")] = "held",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000)] = 100,
    as_json: Json = False,
) -> None:
    """What services wanted to do while their family observes, in the order it was held."""
    if state not in ("held", "released", "dropped", "done"):
        raise Refusal("bad_value", f"--state: expected held, released, dropped or done, got {state}")
    opened = reading(ctx)
    rows = shown.held(opened.site, opened.tx, state=state, family=family, limit=limit)
    if as_json:
        output.print_json({"held_acts": rows})
        return
    if not rows:
        typer.echo(f"nothing is {state}")
        return
    table = output.table("ID", "FAMILY", "SERVICE", "EFFECT", "WHAT", "FOR", "LAST ASKED", right=("ID",))
    for row in rows:
        about = " ".join(filter(None, (row["organisation"], row["object"])))
        at = output.ago(row["last_at"], opened.now)
        table.add_row(str(row["id"]), row["family"], row["service"], row["effect"], row["what"], about, at)
    output.console().print(table)


def release(ctx: typer.Context, ids: Ids = None, family: OfFamily = None, reason: Reason = None) -> None:
    """Let services do held acts when they ask again: single ones, or all of a family."""
    opened = acting(ctx)
    effects = Effects(opened.site, by=who(), reason=reason)
    _one_of(ids, family)
    met = _all(effects.release, ids) if ids else effects.release_family(str(family))
    typer.echo(f"{output.count(met, 'act')} released")


def drop(ctx: typer.Context, ids: Ids = None, family: OfFamily = None, reason: Reason = None) -> None:
    """Refuse held acts while their family observes: single ones, or all of a family."""
    opened = acting(ctx)
    effects = Effects(opened.site, by=who(), reason=reason)
    _one_of(ids, family)
    met = _all(effects.drop, ids) if ids else effects.drop_family(str(family))
    typer.echo(f"{output.count(met, 'act')} dropped")


def destroy(
    ctx: typer.Context,
    switch: Annotated[Switch, typer.Argument(metavar="on|off")],
    name: Annotated[str, typer.Argument(metavar="SERVICE")],
    step: Annotated[str, typer.Argument(metavar="STEP", help="Number or title, as `show` lists them.")],
    reason: Reason = None,
) -> None:
    """Let a step destroy what is surely gone elsewhere, or only report it."""
    opened = acting(ctx, name)
    on = switch is Switch.on
    changed = Effects(opened.site, by=who(), reason=reason).destroys(name, step, on)
    said = "destroys" if on else "only reports"
    typer.echo(f"step {step} of {name} {said}{'' if changed else ' already'}")


def families_table(rows: list[dict[str, Any]]) -> Any:
    """The families of `site status`."""
    table = output.table(
        "FAMILY", "MODE", "HELD", "RELEASED", "JOBS HELD", right=("HELD", "RELEASED", "JOBS HELD")
    )
    for row in rows:
        mode = Text("observes", style="yellow") if row["observes"] else Text("live", style="green")
        table.add_row(row["family"], mode, str(row["held"]), str(row["released"]), str(row["jobs"]))
    return table


def _one_of(ids: list[int] | None, family: str | None) -> None:
    if bool(ids) == (family is not None):
        raise Refusal("bad_value", "give either the ids of acts, or --family")


def _all(act: Any, ids: list[int]) -> int:
    act(ids)
    return len(set(ids))
