"""`tickworks runs`, `run-show` and `cancel`."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.text import Text

from cli import output
from cli.moments import back
from cli.services_table import OUTCOMES, WIDE
from cli.system import System, acting, reading
from cli.wait import result
from cli.words import Json, Reason, RunId
from config.problems import closest, did_you_mean
from domain.run_state import STATES
from web.acts.refusal import Refusal

Row = dict[str, Any]
STYLES = {"running": "cyan", "queued": "yellow", "granted": "yellow", "merged": "dim", "skipped": "dim"}


def runs(
    ctx: typer.Context,
    service: Annotated[str | None, typer.Option("--service", help="Only of this service.")] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", help="Only in this state; may be repeated or a,b.")
    ] = None,
    node: Annotated[str | None, typer.Option("--node", help="Only on this node.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="2h, 30m, or an instant.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many.")] = 20,
    as_json: Json = False,
) -> None:
    """The newest runs: how each went, and why some wait."""
    system = reading(ctx)
    states = _states(state or [])
    after = None if since is None else back(since, "--since", system.now, system.zone)
    rows = system.runs.listing(service, states, node, after, limit)
    if as_json:
        output.print_json({"runs": rows})
        return
    if not rows:
        output.note("no runs: `tickworks run NAME` forces one")
        return
    console = output.console()
    console.print(_table(rows, system, console.width))


def run_show(ctx: typer.Context, run_id: RunId, as_json: Json = False) -> None:
    """All there is to know of one run: its times, attempts and steps."""
    system = reading(ctx)
    row = system.runs.one(run_id)
    if row is None:
        raise Refusal("unknown_run", f"there is no run {run_id}: `tickworks runs` lists them")
    if as_json:
        output.print_json(row)
        return
    console = output.console()
    console.print(Text(f"run {row['id']}", style="bold"), Text(row["service"]))
    console.print(output.facts(_facts(row, system)))
    if row["attempts"]:
        console.print()
        console.print(_attempts(row, system))
    if row["steps"]:
        console.print()
        console.print(_steps(row))


def cancel(ctx: typer.Context, run_id: RunId, reason: Reason = None, as_json: Json = False) -> None:
    """Cancel a run: one that waits ends at once, one that runs is asked to stop."""
    system = acting(ctx)
    done = system.runs.cancel(run_id, reason)
    if as_json:
        output.print_json(system.runs.one(run_id))
    elif done["ended"]:
        typer.echo(f"run {run_id} of {done['service']} is cancelled")
    elif done["again"]:
        typer.echo(f"run {run_id} of {done['service']} was asked to stop already and has not ended yet")
    else:
        typer.echo(f"run {run_id} of {done['service']} is asked to stop")


def _states(words: list[str]) -> list[str]:
    wanted = [part.strip() for word in words for part in word.split(",") if part.strip()]
    for word in wanted:
        if word not in STATES:
            hint = did_you_mean(closest(word, STATES), f"expected one of {', '.join(STATES)}")
            raise typer.BadParameter(f"--state: there is no state {word!r}{hint}")
    return wanted


def _table(rows: list[Row], system: System, width: int) -> Any:
    wide = width >= WIDE
    headings = ["RUN", "SERVICE", "WHEN", *(["BY"] if wide else []), "TOOK", "STATE"]
    headings += ["NODE", "WHY"] if wide else ["WHY"]
    table = output.table(*headings, right=("RUN", "TOOK"), whole=("RUN", "WHEN", "TOOK", "STATE"))
    table.columns[1].min_width = min(max(len(row["service"]) for row in rows), 36 if wide else 20)
    for row in rows:
        when = row["started_at"] or row["planned_at"] or row["requested_at"]
        why = _first_line(row["waiting_reason"] or row["error"] or row["reason"] or "")
        cells = [str(row["id"]), row["service"], output.ago(when, system.now)]
        cells += [row["trigger"].replace("_", " ")] if wide else []
        cells += [_took(row, system.now), state(row)]
        cells += [row["node"] or output.NOTHING, why] if wide else [why]
        table.add_row(*cells)
    return table


def state(row: Row) -> Text:
    """A run's state; partial work is said so."""
    word = "partial" if row["outcome"] == "partial" and row["state"] == "succeeded" else row["state"]
    return Text(word, style=STYLES.get(word) or OUTCOMES.get(word, ""))


def _took(row: Row, now: float) -> str:
    if not row["started_at"] or row["state"] in ("queued", "granted"):
        return output.NOTHING
    end = output.epoch(row["ended_at"]) if row["ended_at"] else now
    return output.took(max(0.0, end - output.epoch(row["started_at"])))


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]


def _facts(row: Row, system: System) -> list[tuple[str, Any]]:
    zone = system.zone
    moved = row["progress"]
    asked = row["trigger"].replace("_", " ") + (f" by {row['requested_by']}" if row["requested_by"] else "")
    return [
        ("state", state(row)),
        ("waits", row["waiting_reason"]),
        ("reason", row["reason"]),
        ("result", result(row) if row["outcome"] else None),
        ("error", row["error"]),
        ("asked for", asked),
        ("planned", row["planned_at"] and output.local(row["planned_at"], zone)),
        ("requested", output.local(row["requested_at"], zone)),
        ("granted", row["granted_at"] and output.local(row["granted_at"], zone)),
        ("started", row["started_at"] and output.local(row["started_at"], zone)),
        ("ended", row["ended_at"] and output.local(row["ended_at"], zone)),
        ("took", _took(row, system.now) if row["started_at"] else None),
        ("progress", moved and f"{moved['done']:g}" + (f" of {moved['total']:g}" if moved["total"] else "")),
        ("node", row["node"]),
        ("run groups", ", ".join(row["run_groups"])),
        ("priority", f"{row['priority']} (0 is first)"),
        ("arguments", ", ".join(f"{key} = {value}" for key, value in row["args"].items())),
        ("step", row["step"]),
        ("fence", row["fence"]),
    ]


def _attempts(row: Row, system: System) -> Any:
    table = output.table("ATTEMPT", "NODE", "STARTED", "ENDED", "HOW", "ERROR", right=("ATTEMPT",))
    for each in row["attempts"]:
        table.add_row(
            str(each["n"]),
            each["node"],
            output.local(each["started_at"], system.zone),
            output.local(each["ended_at"], system.zone),
            each["end"] or "running",
            _first_line(each["error"] or ""),
        )
    return table


def _steps(row: Row) -> Any:
    table = output.table(
        "STEP", "STATE", "DONE", "FAILED", "SKIPPED", "ERROR", right=("DONE", "FAILED", "SKIPPED")
    )
    for each in row["steps"]:
        style = OUTCOMES.get(each["state"], "dim" if each["state"] in ("not_due", "off", "apart") else "")
        figures = [str(each[key]) for key in ("done", "failed", "skipped")]
        said = each["state"].replace("_", " ") + (f": run {each['run']}" if each.get("run") else "")
        table.add_row(each["title"], Text(said, style=style), *figures, each["error"] or "")
    return table
