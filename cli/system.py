"""The system that a command works on: this folder's, or with ``--server`` one that runs elsewhere.

Both have the same methods, and the commands of `cli.elsewhere` know no other way to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import typer

from cli import opened
from cli.opened import Options

if TYPE_CHECKING:
    from cli.local.system import Local
    from cli.remote.system import Remote

System: TypeAlias = "Local | Remote"


def glimpse(ctx: typer.Context) -> System:
    """The system, also where nothing has ever run. Raises as `cli.opened.glimpse`."""
    return remote(ctx) or _local(opened.glimpse(ctx))


def reading(ctx: typer.Context) -> System:
    """The system with its database. Raises as `cli.opened.reading`."""
    return remote(ctx) or _local(opened.reading(ctx))


def acting(ctx: typer.Context, *names: str) -> System:
    """The same for a change of the services `names`. Raises as `cli.opened.acting`."""
    return remote(ctx) or _local(opened.acting(ctx, *names))


def remote(ctx: typer.Context) -> Remote | None:
    """The system that runs elsewhere; None if the command is about this folder's."""
    options = ctx.obj
    if not isinstance(options, Options) or options.address is None:
        return None
    from cli.remote.connection import Connection
    from cli.remote.system import Remote

    return Remote(Connection(options.address))


def _local(found: opened.Opened) -> Local:
    from cli.local.system import Local  # a command that starts something needs none of it

    return Local(found)
