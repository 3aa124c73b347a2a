"""Bring the database to this release: what `tickworks migrate` and `tickworks up` do, and no node.

So a node of another release, or with another file, never changes what the others run: it only says
what it can run itself, and is given nothing else.
"""

from __future__ import annotations

import platform

from node.site import Site
from schedules.take_over import take_over
from store import database, migrate
from store.errors import WrongMachine
from store.tx import Tx


def install(site: Site) -> tuple[list[str], list[str]]:
    """Make the open database's tables and services those of this site: (scripts applied, services changed).

    Raises DatabaseError, WrongMachine.
    """
    applied = migrate.up()

    def work(tx: Tx) -> list[str]:
        refuse_second_machine(tx, site)
        return write_catalogue(tx, site)

    return applied, database.write(work)


def write_catalogue(tx: Tx, site: Site) -> list[str]:
    """What code and file say of each service is in force from now on; those that are new or changed."""
    return take_over(tx, site.declared(), site.clock.now(), site.zone, site.settings.node.name)


def refuse_second_machine(tx: Tx, site: Site) -> None:
    """Raise WrongMachine for an SQLite file while a node of another machine is up: it is for one."""
    if tx.dialect != "sqlite":
        return
    other = tx.value(
        "SELECT host FROM node WHERE state IN ('up', 'draining') AND host <> ? AND seen_at > ? LIMIT 1",
        (platform.node(), site.clock.now() - 60),
    )
    if other:
        raise WrongMachine(f"this SQLite file is used by {other}: use PostgreSQL for more than one machine")
