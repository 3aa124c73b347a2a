"""`tickworks logs`: what a run wrote, and its starts and ends where logging was off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import typer

from cli import output
from cli.system import System, reading
from cli.words import Json
from domain.run_state import FINAL
from web.acts.refusal import Refusal

Row = dict[str, Any]

#: Lines that are asked for at once.
PAGE = 1_000


def logs(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ID|NAME", help="A run, or a service: then its newest run.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends.")] = False,
    as_json: Json = False,
) -> None:
    """The log of a run."""
    system = reading(ctx)
    run_id = _run(system, what)
    if as_json:
        lines = [line for page in _pages(system, run_id, follow=False) for line in page["lines"]]
        shown_lines = [{key: line[key] for key in ("at", "level", "text")} for line in lines]
        output.print_json({"run": run_id, "lines": shown_lines})
        return
    kept = False
    for page in _pages(system, run_id, follow):
        for line in page["lines"]:
            kept = kept or line["n"] is not None
            _print(system, line)
    if not kept:
        _tell_why(system, run_id)


def _pages(system: System, run_id: int, follow: bool) -> Iterator[Row]:
    """The log in pages; following, until the run has ended."""
    cursor = None
    told = not follow
    while True:
        page = system.runs.log(run_id, cursor, PAGE)
        if page is None:
            raise _no_run(run_id)
        yield page
        cursor = page["next"]
        more = sum(line["n"] is not None for line in page["lines"]) >= PAGE
        if page["complete"] or not (more or follow):
            return
        if not told and page["state"] in ("queued", "granted"):
            told = _told_why_it_waits(system, run_id)
        if not more:
            time.sleep(system.runs.pause)


def _told_why_it_waits(system: System, run_id: int) -> bool:
    run = system.runs.one(run_id)
    if run is None or not run["waiting_reason"]:
        return False
    output.note(f"run {run_id}: {run['waiting_reason']}")
    return True


def _tell_why(system: System, run_id: int) -> None:
    """Why nothing of what it wrote is there."""
    run = system.runs.one(run_id)
    if run is None:
        raise _no_run(run_id)
    if not run["attempts"] and run["state"] in FINAL:
        output.note(f"run {run_id} of {run['service']} never started: {run['reason'] or run['state']}")
        return
    output.note(
        f"logging of {run['service']} was off: only start, end and errors are kept "
        f"(tickworks logging on {run['service']})"
    )


def _print(system: System, line: Row) -> None:
    at = datetime.fromisoformat(line["at"]).astimezone(system.zone)
    typer.echo(f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {line['level']:<7} {line['text']}")


def _run(system: System, what: str) -> int:
    """The run that is meant: its number, or the newest of a service."""
    if what.isascii() and what.isdigit():
        run_id = int(what)
        if not 0 < run_id < 2**63 or system.runs.one(run_id) is None:
            raise _no_run(what)
        return run_id
    service = system.services.one(what)
    latest = system.runs.latest(service["name"])
    if latest is None:
        raise Refusal(
            "unknown_run", f"{service['title']} has never run: `tickworks run {service['name']}` forces one"
        )
    return latest


def _no_run(run_id: object) -> Refusal:
    return Refusal("unknown_run", f"there is no run {run_id}: `tickworks runs` lists them")
