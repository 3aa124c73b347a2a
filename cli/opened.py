"""The site that a command works on: its settings, its catalogue and its open database."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from config.load import load
from config.settings import Settings
from node.install import install
from node.site import Site, open_site
from store import database
from store.errors import DatabaseAway, DatabaseError
from store.tx import Tx
from web.acts.named import usable
from web.acts.profiles import live_profiles
from web.acts.refusal import Refusal

if TYPE_CHECKING:
    from cli.remote.address import Address


@dataclass(frozen=True)
class Options:
    """What stands before the command."""

    config: Path | None = None
    trace: bool = False
    address: Address | None = None  # of the system elsewhere that is asked instead


@dataclass(frozen=True)
class Opened:
    """A site, and whether its database is there with all tables."""

    site: Site
    ready: bool

    @property
    def tx(self) -> Tx:
        """The database for reading."""
        return database.read()

    @property
    def tx_or_none(self) -> Tx | None:
        """The same, or None where nothing has run yet."""
        return database.read() if self.ready else None

    @property
    def now(self) -> float:
        """The time, as the site's clock tells it."""
        return self.site.clock.now()


def settings_of(ctx: typer.Context, command_line: Mapping[str, str | None] | None = None) -> Settings:
    """The settings for this command. Raises ConfigError."""
    return load(_options(ctx).config, os.environ, command_line)


def glimpse(ctx: typer.Context) -> Opened:
    """The site, also where nothing has ever run.

    Raises ConfigError, CatalogueError, DatabaseAway.
    """
    settings = settings_of(ctx)
    live = stored_profiles(settings)
    return Opened(open_site(settings, live), live is not None)


def reading(ctx: typer.Context) -> Opened:
    """The site and its database. Raises also Refusal (unreachable) where nothing has run yet."""
    opened = glimpse(ctx)
    if not opened.ready:
        raise _not_there(opened.site.settings)
    return opened


def acting(ctx: typer.Context, *names: str) -> Opened:
    """The same for a change of the services `names`: an SQLite database that is missing is made.

    Raises also Refusal for a service that cannot be acted on, before anything is made.
    """
    opened = glimpse(ctx)
    for name in names:
        usable(opened.site, name)
    if opened.ready:
        return opened
    if opened.site.settings.database.path is None:
        raise _not_there(opened.site.settings)
    database.open(opened.site.settings.database.url)
    install(opened.site)
    return Opened(opened.site, ready=True)


def stored_profiles(settings: Settings) -> dict[str, bool] | None:
    """Open the database and read which profiles were switched; None while it has no tables yet."""
    path = settings.database.path
    if path is not None and not path.exists():
        return None
    database.open(settings.database.url)
    try:
        return live_profiles(database.read())
    except DatabaseAway:
        raise
    except DatabaseError:
        return None


def who() -> str:
    """Who is at the keyboard, for the audit trail."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _options(ctx: typer.Context) -> Options:
    return ctx.obj if isinstance(ctx.obj, Options) else Options()


def _not_there(settings: Settings) -> Refusal:
    path = settings.database.path
    if path is not None and not path.exists():
        where = os.path.relpath(path)
        return Refusal(
            "unreachable",
            f"nothing has run here yet (there is no {where}): start it with `tickworks up`, "
            "or name the file of another site with --config",
        )
    return Refusal("unreachable", "the database has no tables yet: `tickworks migrate` makes them")
