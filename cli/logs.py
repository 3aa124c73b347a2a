"""`tickworks logs`: what a run wrote, and its starts and ends where logging was off."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Annotated, Any

import typer

from cli import output
from cli.opened import Opened, reading
from cli.words import Json
from domain.run_state import FINAL
from domain.time.clock import rfc3339
from store.run import log, lookup
from web.acts.named import find
from web.acts.refusal import Refusal
from web.shown import runs as shown
from web.shown.run_log import with_starts_and_ends

Row = dict[str, Any]

#: Seconds between two looks while following.
PAUSE = 0.3


def logs(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="ID|NAME", help="A run, or a service: then its newest run.")],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the run ends.")] = False,
    as_json: Json = False,
) -> None:
    """The log of a run."""
    opened = reading(ctx)
    run_id = _run(opened, what)
    if as_json:
        run = shown.one(opened.site, opened.tx, run_id)
        lines = with_starts_and_ends(run, log.read(opened.tx, run_id)) if run else []
        shown_lines = [
            {"at": rfc3339(line["at"]), "level": line["level"], "text": line["text"]} for line in lines
        ]
        output.print_json({"run": run_id, "lines": shown_lines})
        return
    run = _print_on(opened, run_id, follow)
    if not run["attempts"] and run["state"] in FINAL:
        output.note(f"run {run_id} of {run['service']} never started: {run['reason'] or run['state']}")
    elif not log.read(opened.tx, run_id):
        output.note(
            f"logging of {run['service']} was off: only start, end and errors are kept "
            f"(tickworks logging on {run['service']})"
        )


def _print_on(opened: Opened, run_id: int, follow: bool) -> Row:
    """Print what is there and, following, what comes; the run as it was last seen."""
    printed: set[object] = set()
    told = None
    while True:
        # The state first: what is written before an end is then surely among the lines.
        run = shown.one(opened.site, opened.tx, run_id)
        if run is None:
            raise Refusal("unknown_run", f"there is no run {run_id}: `tickworks runs` lists them")
        for line in with_starts_and_ends(run, log.read(opened.tx, run_id)):
            key = line.get("n") or (line["at"], line["text"])
            if key not in printed:
                printed.add(key)
                _print(opened, line)
        if not follow or run["state"] in FINAL:
            return run
        if run["waiting_reason"] and told is None:
            told = run["waiting_reason"]
            output.note(f"run {run_id}: {told}")
        time.sleep(PAUSE)


def _print(opened: Opened, line: Row) -> None:
    at = datetime.fromtimestamp(line["at"], opened.site.zone)
    typer.echo(f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} {line['level']:<7} {line['text']}")


def _run(opened: Opened, what: str) -> int:
    """The run that is meant: its number, or the newest of a service."""
    if what.isascii() and what.isdigit():
        run_id = min(int(what), 2**63 - 1)
        if not lookup.by_id(opened.tx, [run_id]):
            raise Refusal("unknown_run", f"there is no run {what}: `tickworks runs` lists them")
        return run_id
    service = find(opened.site, what)
    latest = lookup.latest(opened.tx, service.name)
    if latest is None:
        raise Refusal(
            "unknown_run", f"{service.title} has never run: `tickworks run {service.name}` forces one"
        )
    return latest
