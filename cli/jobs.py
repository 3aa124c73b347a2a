"""`tickworks jobs`: the work queue of the services that carry out jobs."""

from __future__ import annotations

from typing import Annotated

import typer

from cli import output
from cli.jobs_table import arguments_table, facts, kinds_table, queue_table, tries_table
from cli.run import given_arguments
from cli.secret_input import asked_for
from cli.system import System, acting, reading
from cli.words import Json, Reason, Switch
from config.problems import closest, did_you_mean
from domain.jobs.states import HELD_REASONS, OPEN, STATES
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="The work queue: what is to be done for whom, and what failed.")

Ids = Annotated[list[int], typer.Argument(metavar="ID…", help="Numbers of jobs.", min=1, max=2**63 - 1)]
KindName = Annotated[str, typer.Argument(metavar="KIND", help="See `tickworks jobs kinds`.")]
OnlyKind = Annotated[str | None, typer.Option("--kind", help="Only of this kind.")]


@app.command("add")
def add(
    ctx: typer.Context,
    kind: KindName,
    org: Annotated[str, typer.Option("--org", help="Whom it is for.")],
    object: Annotated[str, typer.Option("--object", help="What it is done to.")] = "",
    arg: Annotated[list[str] | None, typer.Option("--arg", metavar="K=V", help="May be repeated.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="The same key never adds it twice.")] = None,
    priority: Annotated[
        int | None, typer.Option("--priority", min=0, max=10, help="0 is first; else its kind's.")
    ] = None,
    secret: Annotated[
        str | None, typer.Option("--secret", metavar="NAME", help="Ask for this argument, and seal it.")
    ] = None,
    reason: Reason = None,
    as_json: Json = False,
) -> None:
    """Order a job; prints its id."""
    system = acting(ctx)
    values = given_arguments(arg or [])
    _check_secret(system, kind, values, secret)
    if secret is not None:
        values[secret] = asked_for(secret)
    job_id, new = system.jobs.add(
        kind, organisation=org, args=values, object=object, key=key, priority=priority, reason=reason
    )
    if as_json:
        output.print_json(system.jobs.one(job_id))
        return
    typer.echo(job_id)
    if not new:
        output.note(f"the key {key} brought job {job_id} before: nothing is added")


def _check_secret(system: System, kind: str, values: dict[str, str], secret: str | None) -> None:
    """A secret is asked for and never a word of the command, which others on the machine can see."""
    if not values and secret is None:
        return
    rows = [row for row in system.jobs.kinds() if row["name"] == kind]
    sealed = {each["name"] for row in rows for each in row["arguments"] if each.get("shape") == "secret"}
    if shown := sorted(sealed & set(values)):
        text = f"{shown[0]}: others see what a command is given: use --secret {shown[0]}"
        raise Refusal("bad_value", text)
    if rows and secret is not None and secret not in sealed:
        raise Refusal("bad_value", f"{secret} is no secret of jobs of kind {kind}")


@app.command("kinds")
def kinds(
    ctx: typer.Context,
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help="Only this one, with its arguments.")
    ] = None,
    as_json: Json = False,
) -> None:
    """What kinds of jobs there are, what is in force for them, and how many of each are open."""
    rows = reading(ctx).jobs.kinds()
    if kind is not None:
        near = did_you_mean(closest(kind, [row["name"] for row in rows]))
        rows = [row for row in rows if row["name"] == kind]
        if not rows:
            raise Refusal("unknown_kind", f"there is no kind of job {kind!r}{near}")
    if kind is not None and not as_json:
        output.console().print(arguments_table(rows[0]))
        return
    if as_json:
        output.print_json({"kinds": rows})
    elif rows:
        output.console().print(kinds_table(rows))
    else:
        output.note("no kinds of jobs: the services of the profiles that are on declare none")


@app.command("list")
def list_(
    ctx: typer.Context,
    kind: OnlyKind = None,
    org: Annotated[str | None, typer.Option("--org", help="Only for this organisation.")] = None,
    backend: Annotated[str | None, typer.Option("--backend", help="Only of this back end.")] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only in this state; may be repeated or a,b.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 50,
    as_json: Json = False,
) -> None:
    """The queue: what waits and why, what runs, what failed. Done jobs are in the log (--all)."""
    system = reading(ctx)
    states = _states(state or []) or (STATES if everything else OPEN)
    rows = system.jobs.listing(states, kind, org, backend, limit)
    if as_json:
        output.print_json({"jobs": rows})
    elif rows:
        output.console().print(queue_table(rows, system.now))
    else:
        output.note("no jobs: `tickworks jobs add KIND --org O` orders one")


@app.command("show")
def show(
    ctx: typer.Context,
    job_id: Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1)],
    as_json: Json = False,
) -> None:
    """All there is to know of one job: its tries, its errors, what it waits for."""
    system = reading(ctx)
    row = system.jobs.one(job_id)
    if row is None:
        raise Refusal("unknown_job", f"there is no job {job_id}: `tickworks jobs list` lists them")
    if as_json:
        output.print_json(row)
        return
    console = output.console()
    console.print(facts(row, system.zone))
    if row["attempts"]:
        console.print()
        console.print(tries_table(row, system.zone))


@app.command("run")
def run(ctx: typer.Context, ids: Ids, reason: Reason = None) -> None:
    """Carry jobs out now, also those that failed or whose kind is not processed automatically."""
    runs, later = acting(ctx).jobs.run(ids, reason)
    _told(ids, "will be carried out" + (f" by run {', '.join(map(str, runs))}" if runs else ""))
    for why in later:
        output.note(f"no run was started: {why}")


@app.command("control")
def control(ctx: typer.Context, ids: Ids, reason: Reason = None) -> None:
    """Say that jobs were done by hand: they leave the queue."""
    acting(ctx).jobs.act("control", ids, reason)
    _told(ids, "controlled")


@app.command("reactivate")
def reactivate(ctx: typer.Context, ids: Ids, reason: Reason = None) -> None:
    """Take back pending deletions; only while no try was made."""
    acting(ctx).jobs.act("reactivate", ids, reason)
    _told(ids, "reactivated: the deletion is taken back")


@app.command("cancel")
def cancel(ctx: typer.Context, ids: Ids, reason: Reason = None) -> None:
    """Give up jobs that are not at work."""
    acting(ctx).jobs.act("cancel", ids, reason)
    _told(ids, "cancelled")


@app.command("hold")
def hold(
    ctx: typer.Context,
    ids: Ids,
    why: Annotated[str, typer.Option("--why", help=", ".join(HELD_REASONS))] = "paused",
    reason: Reason = None,
) -> None:
    """Hold jobs back until they are released; later jobs of the same object wait with them."""
    acting(ctx).jobs.hold(ids, why, reason)
    _told(ids, f"held: {why}")


@app.command("release")
def release(ctx: typer.Context, ids: Ids, reason: Reason = None) -> None:
    """Let held jobs go on, in their old places."""
    acting(ctx).jobs.act("release", ids, reason)
    _told(ids, "released")


@app.command("retry")
def retry(
    ctx: typer.Context,
    failed: Annotated[bool, typer.Option("--failed", help="All that failed.")] = False,
    kind: OnlyKind = None,
    reason: Reason = None,
) -> None:
    """Give all jobs that failed their tries again."""
    if not failed:
        raise typer.BadParameter(
            "say --failed to try all again that failed; `jobs run ID` is for single ones"
        )
    met = acting(ctx).jobs.retry_failed(kind, reason)
    typer.echo(f"{output.count(len(met), 'job')} will be tried again")


@app.command("limits")
def limits(
    ctx: typer.Context,
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help="None: the whole queue.")] = None,
    priority: Annotated[int | None, typer.Option("--priority", min=0, max=10, help="0 is first.")] = None,
    parallel: Annotated[int | None, typer.Option("--parallel", min=1, help="Of a kind, at once.")] = None,
    at_once: Annotated[int | None, typer.Option("--at-once", min=1, help="Of all kinds, at once.")] = None,
    automatic: Annotated[
        Switch | None, typer.Option("--automatic", metavar="on|off", help="off: only what is run by hand.")
    ] = None,
    reason: Reason = None,
) -> None:
    """Change how jobs compete, or stop processing them automatically; in force with the next claim."""
    if kind is None and (priority is not None or parallel is not None):
        raise typer.BadParameter("--priority and --parallel belong to a kind: name it")
    if kind is not None and at_once is not None:
        raise typer.BadParameter("--at-once is for the whole queue: leave the kind out, or use --parallel")
    given = {"priority": priority, "parallel": parallel, "at_once": at_once}
    values = {name: value for name, value in given.items() if value is not None}
    if automatic is not None:
        values["automatic"] = automatic is Switch.on
    if not values:
        raise typer.BadParameter("nothing to change: give --priority, --parallel, --at-once or --automatic")
    acting(ctx).jobs.set_limits(kind, values, reason)
    said = ", ".join(f"{name.replace('_', ' ')} {_word(value)}" for name, value in values.items())
    typer.echo(f"{kind or 'the queue'}: {said}")


def _word(value: int) -> str:
    return str(value) if not isinstance(value, bool) else "on" if value else "off"


def _states(words: list[str]) -> tuple[str, ...]:
    wanted = [part.strip() for word in words for part in word.split(",") if part.strip()]
    for word in wanted:
        if word not in STATES:
            hint = did_you_mean(closest(word, STATES), f"expected one of {', '.join(STATES)}")
            raise typer.BadParameter(f"--state: there is no state {word!r}{hint}")
    return tuple(wanted)


def _told(ids: list[int], what: str) -> None:
    for each in ids:
        typer.echo(f"job {each}: {what}")
