"""`tickworks export`: what this release knows, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from actors.service import Service
from cli import output
from cli.opened import glimpse
from domain.time.stored import to_json
from web.acts.named import whole_catalogue
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="What this release knows, as JSON.")


@app.callback()
def _group() -> None:
    """What this release knows, as JSON."""


@app.command("catalogue")
def catalogue(ctx: typer.Context) -> None:
    """Every service as the code declares it, also those of profiles that are off."""
    services = whole_catalogue(glimpse(ctx).site).services.values()
    output.print_json({"services": [_entry(each) for each in services]})


@app.command("openapi")
def openapi(
    file: Annotated[Path | None, typer.Option("--file", help="Write it there instead.")] = None,
) -> None:
    """The description of the HTTP API, as GET /api/v1/openapi.json answers it."""
    from web.app import description_text

    text = description_text()
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal("bad_value", f"--file: {file} cannot be written: {error.strerror or error}") from None
    typer.echo(f"written: {file}")


def _entry(each: Service) -> dict[str, Any]:
    identity = {key: getattr(each, key) for key in ("name", "title", "origin", "profile", "family", "legacy")}
    lists = {key: list(getattr(each, key)) for key in ("aliases", "replaced_by", "roles", "run_groups")}
    rule = to_json(each.schedule)
    return {
        **identity,
        "kind": each.kind,
        "period": rule.get("minutes"),
        "align": rule.get("align"),
        "times": rule.get("times", []),
        **lists,
        "instances": each.instances,
        "enabled": each.enabled,
        "planned": each.planned,
        "description": each.summary,
        "tasks": [{"title": task.title, "subtasks": list(task.subtasks)} for task in each.tasks],
        "task_lines": len(each.tasks),
        "sub_lines": sum(len(task.subtasks) for task in each.tasks),
    }
