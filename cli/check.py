"""`tickworks check`, `migrate` and `health`: whether this site can work, and what to do if not."""

from __future__ import annotations

import typer
from rich.text import Text

from cli import output
from cli.diagnosis import Finding, diagnose
from cli.opened import settings_of, stored_profiles
from cli.system import remote
from cli.words import Json
from config.settings import Settings
from domain.time.clock import SystemClock
from node.install import install
from node.site import open_site
from store import database
from web.shown.health import problems

MARKS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "wrong": ("✗", "red"), "away": ("✗", "red")}
EXIT_CODES = {"wrong": 2, "away": 5}


def check(ctx: typer.Context, as_json: Json = False) -> None:
    """Configuration, catalogue, database, broker, zone: what is wrong, and what to do about it."""
    findings = diagnose(lambda: settings_of(ctx))
    if as_json:
        output.print_json({"findings": [vars(finding) for finding in findings]})
    else:
        _print(findings)
    for level, code in EXIT_CODES.items():
        if any(finding.level == level for finding in findings):
            raise typer.Exit(code)


def migrate(ctx: typer.Context) -> None:
    """Bring the database to this release: its tables, and what code and file say of the services."""
    settings = settings_of(ctx)
    live = stored_profiles(settings)
    database.open(settings.database.url)
    applied, changed = install(open_site(settings, live))
    for name in applied:
        typer.echo(f"applied {name}")
    if changed:
        typer.echo(f"catalogue: {output.count(len(changed), 'service')} new or changed")
    if not (applied or changed):
        typer.echo("the database is up to date")


def health(ctx: typer.Context, as_json: Json = False) -> None:
    """Whether runs can happen now: database, broker and beat. Exit code 5 if not."""
    elsewhere = remote(ctx)
    found = _problems(settings_of(ctx)) if elsewhere is None else elsewhere.problems()
    if as_json:
        output.print_json({"status": "unavailable" if found else "ok", "problems": found})
    elif found:
        for line in found:
            output.note(f"error: {line}")
    else:
        typer.echo("ok")
    if found:
        raise typer.Exit(5)


def _problems(settings: Settings) -> list[str]:
    path = settings.database.path
    if path is not None and not path.exists():
        return ["database: nothing has run here yet: start it with `tickworks up`"]
    database.open(settings.database.url)
    return problems(SystemClock(), lambda: _broker_reachable(settings))


def _broker_reachable(settings: Settings) -> bool:
    from broker.connect import connect

    broker = connect(settings.broker.url)
    try:
        return broker.reachable()
    finally:
        broker.close()


def _print(findings: list[Finding]) -> None:
    table = output.table("", "", "")
    table.show_header = False
    for finding in findings:
        sign, style = MARKS[finding.level]
        table.add_row(Text(sign, style=style), Text(finding.what, style="bold"), finding.text)
    output.console().print(table)
