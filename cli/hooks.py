"""`tickworks hooks`: other systems that are called when something happens, and the log of calls."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import output
from cli.system import acting, reading
from cli.words import Json, Reason
from store.hooks.listed import STATES
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="Event hooks: how each does, its calls, pause and resume.")

Hook = Annotated[str, typer.Argument(metavar="HOOK", help="A hook's name.")]
Call = Annotated[int, typer.Argument(metavar="CALL", help="A number of `hooks calls`.", min=1, max=2**63 - 1)]


@app.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """All hooks, and how each does."""
    system = reading(ctx)
    rows = system.hooks.listing()
    if as_json:
        output.print_json({"hooks": rows})
        return
    if not rows:
        output.note("no hooks: `tickworks object set event_hook NAME …` adds one")
        return
    table = output.table("HOOK", "STATE", "EVENTS", "OF", "WAITING", "LAST ARRIVED", "LAST ERROR")
    for row in rows:
        arrived = output.ago(row["last_done_at"], system.now) if row["last_done_at"] else output.NOTHING
        cells = (" ".join(row["events"]), row["organisation"] or "all", str(row["waiting"]))
        table.add_row(row["name"], _state(row), *cells, arrived, row["last_error"] or "")
    output.console().print(table)


@app.command("calls")
def calls(
    ctx: typer.Context,
    hook: Annotated[str | None, typer.Option("--hook", help="Only of this hook.")] = None,
    state: Annotated[str | None, typer.Option("--state", help=", ".join(STATES))] = None,
    text: Annotated[str | None, typer.Option("--text", help="A part of the event's name or object.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500)] = 50,
    before: Annotated[int | None, typer.Option("--before", help="Only those with smaller numbers.")] = None,
    as_json: Json = False,
) -> None:
    """The newest calls first, with their last answer."""
    system = reading(ctx)
    if state is not None and state not in STATES:
        raise Refusal("bad_value", f"state: expected one of {', '.join(STATES)}, got {state}")
    known = {row["name"].lower(): row["id"] for row in system.hooks.listing()}
    if hook is not None and hook.lower() not in known:
        raise Refusal("unknown_hook", f"there is no hook {hook}: `tickworks hooks list` shows them")
    found = system.hooks.calls(known[hook.lower()] if hook else None, state, text, limit, before)
    if as_json:
        output.print_json(found)
        return
    table = output.table("CALL", "HAPPENED", "HOOK", "EVENT", "OBJECT", "STATE", "TRIES", "LAST ANSWER")
    for row in found["calls"]:
        last = row["log"][-1] if row["log"] else None
        said = f"{last['status'] or ''} {last['text']}".strip() if last else row["error"] or ""
        cells = (row["hook"], row["event"], row["object"], row["state"], str(len(row["log"])), said)
        table.add_row(str(row["id"]), output.ago(row["at"], system.now), *cells)
    output.console().print(table)


@app.command("retry")
def retry(ctx: typer.Context, call: Call) -> None:
    """Have a call tried with the next run, with its own key."""
    acting(ctx).hooks.retry(call)
    typer.echo(f"call {call} is tried again with the next run")


@app.command("pause")
def pause(ctx: typer.Context, hook: Hook, reason: Reason = None) -> None:
    """Call a hook no more until it is resumed."""
    typer.echo(f"hook {acting(ctx).hooks.pause(hook, reason)} is paused")


@app.command("resume")
def resume(ctx: typer.Context, hook: Hook) -> None:
    """Call a hook again; what waits goes with the next run."""
    typer.echo(f"hook {acting(ctx).hooks.resume(hook)} is called again")


def _state(row: dict[str, Any]) -> str:
    if not row["enabled"]:
        return "off"
    if row["paused_at"]:
        return "paused: it fails" if row["paused_by"] == "system" else f"paused by {row['paused_by']}"
    if not row["signed"]:
        return "no signing key"
    return "fails" if row["failing_since"] else "works" if row["last_done_at"] else "never called"
