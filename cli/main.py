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
from cli import output, process_log
from cli.commands import Commands
from cli.elsewhere import as_answered, check_elsewhere
from cli.opened import Options
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


class Program(TyperGroup):
    """All commands; whatever they raise ends as one line on standard error."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = Commands()

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
    cls=Program,
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
    if isinstance(commands, Program):
        commands.trace = trace
    address = _elsewhere(ctx.invoked_subcommand, config, server, token)
    ctx.obj = Options(config, trace, address)
    if isinstance(commands, Program):
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


def main() -> None:
    """The console script."""
    app(prog_name="tickworks")
