"""`tickworks run`: force a run."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli import output
from cli.system import System, acting
from cli.wait import wait_for
from cli.words import Json, Name, Reason


def run(
    ctx: typer.Context,
    name: Name,
    arg: Annotated[
        list[str] | None, typer.Option("--arg", metavar="K=V", help="An argument; may be repeated.")
    ] = None,
    node: Annotated[str | None, typer.Option("--node", help="Run it on this node.")] = None,
    step: Annotated[str | None, typer.Option("--step", help="Only this step, by number or title.")] = None,
    reason: Reason = None,
    preempt: Annotated[bool, typer.Option("--preempt", help="Stop who holds what it needs.")] = False,
    even_if_disabled: Annotated[
        bool, typer.Option("--even-if-disabled", help="Run a disabled service once.")
    ] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait for its end; exit code 1 if it ends badly.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Force a run; prints its id, one for each node where a service runs on each."""
    system = acting(ctx, name)
    forced = system.runs.force(
        name,
        args=given_arguments(arg or []),
        node=node,
        step=step,
        reason=reason,
        preempt=preempt,
        even_if_disabled=even_if_disabled,
    )
    run_ids = [row["id"] for row in forced["runs"]]
    if not as_json:
        for run_id in run_ids:
            typer.echo(run_id)
        _tell(system, forced)
    ended = wait_for(system, run_ids) if wait else []
    if as_json:
        output.print_json({"runs": ended or forced["runs"], "merged": forced["merged"]})
    if any(row["state"] != "succeeded" for row in ended):
        raise typer.Exit(1)


def given_arguments(words: list[str]) -> dict[str, str]:
    """The values of ``--arg K=V``, as texts. Raises BadParameter."""
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise typer.BadParameter(f"--arg: expected NAME=VALUE, got {word!r}")
        if name in given:
            raise typer.BadParameter(f"--arg: {name} is given twice")
        given[name.strip()] = value
    return given


def _tell(system: System, forced: dict[str, Any]) -> None:
    """What became of the request, beside the ids that are its result."""
    rows = forced["runs"]
    waiting = [row for row in rows if row["waiting_reason"] and row["state"] == "queued"]
    if not (forced["merged"] or waiting):
        return
    title = system.services.one(rows[0]["service"])["title"]
    if forced["merged"]:
        ids = ", ".join(str(row["id"]) for row in rows)
        output.note(f"{title}: merged into run {ids}, which waits already for the same")
    for row in waiting:
        output.note(f"{title}: run {row['id']} {_said(row['waiting_reason'])}")


def _said(sentence: str) -> str:
    starts = ("waits", "starts", "granted")
    return sentence if sentence.startswith(starts) else f"waits: {sentence}"
