"""`tickworks export`: what this release knows, for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from actors.service import Service
from cli import output
from cli.opened import glimpse
from domain.time.stored import to_json
from web.acts.named import whole_catalogue
from web.acts.refusal import Refusal

app = typer.Typer(no_args_is_help=True, help="What this release knows, for other programs.")

_Folder = Annotated[Path, typer.Option("--dir", help="The folder they are written to.")]


@app.callback()
def _group() -> None:
    """What this release knows, for other programs."""


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


@app.command("dashboards")
def dashboards(folder: _Folder = Path()) -> None:
    """Grafana's dashboards, as files that it can import."""
    from metrics.dashboards.files import FILES

    try:
        texts = {name: make() for name, make in FILES.items()}
    except ModuleNotFoundError:
        advice = "pip install 'tickworks[dashboards]'; or take those under docker/grafana/dashboards"
        raise Refusal("missing_libraries", f"dashboards are made with Grafana's library: {advice}") from None
    _write(folder, texts)


@app.command("rules")
def rules(folder: _Folder = Path()) -> None:
    """Prometheus's rules: what it records, and what it alerts on."""
    from metrics.rules.files import FILES

    _write(folder, {name: make() for name, make in FILES.items()})


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        file = folder / name
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise Refusal(
                "bad_value", f"--dir: {file} cannot be written: {error.strerror or error}"
            ) from None
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
