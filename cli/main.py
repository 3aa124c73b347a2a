"""The `tickworks` command: its commands, and how every error becomes one line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError
from typer.core import TyperGroup

from actors.catalogue import CatalogueError
from broker.errors import BrokerUnreachable
from cli import (
    alerts,
    backup,
    call_files,
    calls,
    campaigns,
    check,
    directory,
    events,
    export,
    groups,
    hooks,
    jobs,
    limits,
    logs,
    machines,
    names,
    new_service,
    nodes,
    objects,
    output,
    process_log,
    rejected,
    reports,
    rerating,
    run,
    runs,
    sample,
    schedule,
    secrets,
    services,
    site,
    switches,
    tickets,
    tokens,
    top,
    up,
    users,
    voice,
    watched,
    workflows,
    xdr,
)
from cli.opened import Options
from cli.system import as_answered, check_elsewhere
from config.environment import SERVER_VARIABLE
from config.known_secrets import hidden
from config.problems import ConfigError
from config.secrets import redacted
from store import change, database
from store.errors import DatabaseError, WrongMachine
from web.acts.refusal import Refusal

if TYPE_CHECKING:
    from cli.remote.address import Address

#: Exit codes of the contract; 130 is what shells expect after Ctrl-C.
FAILED, USAGE, UNREACHABLE, INTERRUPTED = 1, 2, 5, 130


class Commands(TyperGroup):
    """All commands; whatever they raise ends as one line on standard error."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command. Exits with the contract's code."""
        self.trace = False
        self.elsewhere: Address | None = None
        try:
            with change.origin(via="cli"):
                code = super().main(*args, **{**extra, "standalone_mode": False})
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read us (head, less) has seen enough; nothing may be written to them any more.
            sys.stdout = None
            code = 0
        except BaseException as error:
            if isinstance(error, SystemExit):
                raise
            if self.trace and not isinstance(error, typer.Exit):
                _traced(error)
            code = told(error if self.elsewhere is None else as_answered(self.elsewhere, error))
        finally:
            database.close()
        raise SystemExit(code if isinstance(code, int) else 0)


def told(error: BaseException) -> int:
    """Say what happened on standard error; the exit code."""
    code, lines = _code_and_lines(error)
    for line in lines:
        sys.stderr.write(redacted(line).rstrip() + "\n")
    return code


def _traced(error: BaseException) -> None:
    """Where it came from, on standard error; of what Python would show, no secret."""
    text = hidden("".join(traceback.format_exception(error)))
    sys.stderr.write("".join(redacted(line) for line in text.splitlines(keepends=True)))


def _code_and_lines(error: BaseException) -> tuple[int, list[str]]:
    if isinstance(error, typer.Exit):
        return error.exit_code, []
    if isinstance(error, NoArgsIsHelpError):
        return USAGE, error.format_message().splitlines()
    if isinstance(error, UsageError):
        where = error.ctx.command_path if error.ctx else "tickworks"
        return USAGE, [f"error: {_one_line(error.format_message())} (see `{where} --help`)"]
    if isinstance(error, ClickException):
        return error.exit_code, [f"error: {_one_line(error.format_message())}"]
    if isinstance(error, ConfigError | CatalogueError):
        return USAGE, [f"error: {problem}" for problem in error.problems]
    if isinstance(error, Refusal):
        return error.exit_code, [f"error: {error}"]
    if isinstance(error, WrongMachine):
        return USAGE, [f"error: {error}"]
    if isinstance(error, DatabaseError | BrokerUnreachable):
        return UNREACHABLE, [f"error: {error}"]
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return INTERRUPTED, []
    said = _one_line(str(error)) or "without a word"
    return FAILED, [f"error: {type(error).__name__}: {said} (tickworks --trace … shows where)"]


def _one_line(text: str) -> str:
    return " ".join(text.split()).removeprefix("Invalid value: ")


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", metavar="FILE", help="The configuration; else ./tickworks.toml."),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help="A system that runs elsewhere; else TICKWORKS_SERVER."),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option("--token", metavar="TOKEN", help="Of that system: env:NAME or file:PATH tells nobody."),
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Show where an unexpected error came from.")] = False,
) -> None:
    """Runs the background services of a service provider, and shows why each run waits."""
    commands = ctx.command
    if isinstance(commands, Commands):
        commands.trace = trace
    address = _elsewhere(ctx.invoked_subcommand, config, server, token)
    ctx.obj = Options(config, trace, address)
    if isinstance(commands, Commands):
        commands.elsewhere = address
    process_log.for_command()


def _elsewhere(
    command: str | None, config: Path | None, server: str | None, token: str | None
) -> Address | None:
    """The system elsewhere that is meant, if one is. Raises BadParameter, Refusal."""
    if server is None and token is None and (config is not None or not os.environ.get(SERVER_VARIABLE)):
        return None
    if config is not None and server is not None:
        raise typer.BadParameter("--config and --server: one of them; a system elsewhere has its own file")
    from cli.remote.address import address_of

    address = address_of(server, token, os.environ)
    if address is not None:
        check_elsewhere(command, address.said_by)
        if address.clear:
            output.note(f"warning: {address}: the token goes in clear over the network; use https://")
    return address


app.command("up")(up.up)
app.command("node")(up.node)
app.command("beat")(up.beat)
app.command("web")(up.web)
app.command("services")(services.services)
app.command("show")(services.show)
app.command("run")(run.run)
app.command("runs")(runs.runs)
app.command("run-show")(runs.run_show)
app.command("logs")(logs.logs)
app.command("cancel")(runs.cancel)
app.command("drain")(machines.drain)
app.command("undrain")(machines.undrain)
app.command("resize")(machines.resize)
app.command("restart")(machines.restart)
app.command("enable")(switches.enable)
app.command("disable")(switches.disable)
app.command("pause")(switches.pause)
app.command("resume")(switches.resume)
app.command("maintenance")(switches.maintenance)
app.command("logging")(switches.logging)
app.command("schedule")(schedule.schedule)
app.command("priority", context_settings={"ignore_unknown_options": True})(limits.priority)
app.command("parallel", context_settings={"ignore_unknown_options": True})(limits.parallel)
app.command("groups")(groups.groups)
app.command("nodes")(nodes.nodes)
app.command("servers")(watched.servers)
app.command("checks")(watched.checks)
app.command("zones")(names.zones)
app.command("domains")(names.domains)
app.command("top")(top.top)
app.command("check")(check.check)
app.command("migrate")(check.migrate)
app.command("health")(check.health)
app.command("rejected")(rejected.rejected)
app.command("new-service")(new_service.new_service)
app.add_typer(jobs.app, name="jobs")
app.add_typer(objects.app, name="object")
app.add_typer(sample.app, name="sample")
app.add_typer(voice.app, name="voice")
app.add_typer(xdr.app, name="xdr")
app.add_typer(calls.app, name="calls")
app.add_typer(rerating.app, name="rerating")
app.add_typer(call_files.app, name="files")
app.add_typer(backup.app, name="backup")
app.add_typer(alerts.app, name="alerts")
app.add_typer(events.app, name="events")
app.add_typer(reports.app, name="reports")
app.add_typer(hooks.app, name="hooks")
app.add_typer(tickets.app, name="ticket")
app.add_typer(campaigns.app, name="campaign")
app.add_typer(workflows.app, name="workflow")
app.add_typer(directory.app, name="directory")
app.add_typer(secrets.app, name="secret")
app.add_typer(site.app, name="site")
app.add_typer(users.app, name="user")
app.add_typer(tokens.app, name="token")
app.add_typer(export.app, name="export")


def main() -> None:
    """The console script."""
    app(prog_name="tickworks")
