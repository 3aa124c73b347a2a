"""The system that a command works on: this folder's, or with ``--server`` one that runs elsewhere.

Both have the same methods, and the commands of `ELSEWHERE` know no other way to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import typer

from cli import opened
from cli.local.system import Local
from cli.opened import Options
from web.acts.refusal import Refusal

if TYPE_CHECKING:
    from cli.remote.address import Address
    from cli.remote.system import Remote

System: TypeAlias = "Local | Remote"

#: The commands that need nothing but the HTTP interface.
ELSEWHERE = frozenset(
    {
        *("services", "show", "run", "runs", "run-show", "logs", "cancel", "top", "health"),
        *("enable", "disable", "pause", "resume", "maintenance", "logging", "restart"),
        *("schedule", "priority", "parallel", "groups", "nodes", "drain", "undrain", "resize"),
        *("jobs", "alerts", "object", "sample", "servers", "checks", "voice", "ticket"),
        *("zones", "domains", "hooks", "workflow", "campaign"),
    }
)
#: Those that start something on this very machine.
STARTS = frozenset({"up", "node", "web", "beat"})


def glimpse(ctx: typer.Context) -> System:
    """The system, also where nothing has ever run. Raises as `cli.opened.glimpse`."""
    return remote(ctx) or Local(opened.glimpse(ctx))


def reading(ctx: typer.Context) -> System:
    """The system with its database. Raises as `cli.opened.reading`."""
    return remote(ctx) or Local(opened.reading(ctx))


def acting(ctx: typer.Context, *names: str) -> System:
    """The same for a change of the services `names`. Raises as `cli.opened.acting`."""
    return remote(ctx) or Local(opened.acting(ctx, *names))


def remote(ctx: typer.Context) -> Remote | None:
    """The system that runs elsewhere; None if the command is about this folder's."""
    options = ctx.obj
    if not isinstance(options, Options) or options.address is None:
        return None
    from cli.remote.connection import Connection
    from cli.remote.system import Remote

    return Remote(Connection(options.address))


def as_answered(address: Address, error: BaseException) -> BaseException:
    """What went wrong with the answers of the system at `address`: one of another release, above all."""
    if not isinstance(error, LookupError | TypeError | AttributeError | ValueError):
        return error
    what = f"{type(error).__name__}: {error}"
    return Refusal(
        "unreachable",
        f"{address} does not answer as this release expects ({what}): are both of the same release?",
    )


def check_elsewhere(command: str | None, said_by: str) -> None:
    """Raise Refusal (only_there) for a command that does not work on a system elsewhere.

    `said_by` is what names the server: the option or the variable.
    """
    if command is None or command in ELSEWHERE:
        return
    why = "starts processes" if command in STARTS else "works on the system's own files and database"
    without = f"without {said_by}" if said_by.startswith("--") else f"with {said_by} unset"
    raise Refusal(
        "only_there", f"`tickworks {command}` {why}: run it on the machine that is meant, {without}"
    )
