"""Before a node's processes start, and after they have ended: short children of the agent."""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version

from coordinator import rescue
from coordinator.requested import Refused, Request
from coordinator.requests import request
from node.install import refuse_second_machine, write_catalogue
from node.namesake import refuse_living
from node.site import Site
from schedules.ledger import account
from store import database, migrate, node, process, service
from store.errors import DatabaseError
from store.tx import Tx

logger = logging.getLogger(__name__)


def release() -> str:
    """The installed version of Tickworks."""
    try:
        return version("tickworks")
    except PackageNotFoundError:
        return "unknown"


def prepare(site: Site, incarnation: str, joins: bool, installs: bool = False) -> None:
    """See that the database fits, and join as this incarnation of the node.

    What an earlier incarnation left behind is buried: its agent's lock was free, so it is gone.
    With ``installs`` the database is first brought to this release (`node.install`), and one that is
    new gets one run of each of our services, so that a newcomer sees within a minute what else would
    show tonight.

    Raises DatabaseError; NotMigrated when migrations are pending, without ``installs``.
    """
    new = _install(site) if installs else _check(site)
    name = site.settings.node.name
    if joins:
        refuse_living(site)

    def work(tx: Tx) -> None:
        now = site.clock.now()
        refuse_second_machine(tx, site)
        if installs:
            changed = write_catalogue(tx, site)
            if changed:
                logger.info("catalogue: %d services are new or changed", len(changed))
        if not joins:
            return
        old = [row.id for row in process.live(tx) if row.node == name]
        rescue.bury(tx, old, site.rules, state="ended", reason=f"node {name} was started anew", now=now)
        node.join(
            tx,
            name=name,
            incarnation=incarnation,
            roles=site.settings.node.roles,
            services=site.services,
            host=platform.node(),
            version=release(),
            now=now,
        )
        if new:
            _look_first(tx, site, now)

    database.write(work)
    database.close()


def _install(site: Site) -> bool:
    """Migrate; whether the database is new."""
    database.open(site.settings.database.url)
    applied = migrate.up()
    for name in applied:
        logger.info("database: applied %s", name)
    return migrate.FIRST in applied


def _check(site: Site) -> bool:
    """Open a database that is there and fits; a new one is not made here."""
    path = site.settings.database.path
    if path is not None and not path.exists():
        raise migrate.NotMigrated(
            f"there is no {os.path.relpath(path)}: run `tickworks migrate`, then start this again"
        )
    database.open(site.settings.database.url)
    later = migrate.check()
    if later:
        logger.warning("the database is of a newer release (%s): upgrade this one soon", ", ".join(later))
    return False


def farewell(site: Site, incarnation: str) -> None:
    """The node has ended in order: nothing of it is left, it has left."""
    database.open(site.settings.database.url)
    name = site.settings.node.name

    def work(tx: Tx) -> None:
        now = site.clock.now()
        rows = [
            row.id for row in process.live(tx) if row.node == name and row.incarnation.startswith(incarnation)
        ]
        rescue.bury(tx, rows, site.rules, state="ended", reason="the node stopped", now=now, ended="drained")
        account(tx, service.rows(tx), now, site.zone)  # what it owes is what was planned till now
        node.set_state(tx, name, "left", now, incarnation)

    try:
        database.write(work)
    except DatabaseError as error:
        logger.warning("the node could not say good-bye: %s", error)
    database.close()


def _look_first(tx: Tx, site: Site, now: float) -> None:
    """Ask for a run of each of our services that has planned times; it waits for the workers."""
    for row in service.rows(tx):
        known = site.services.get(row["name"])  # another node may have brought services of its own
        if (
            known is not None
            and known.ours
            and row["enabled"]
            and not row["missing"]
            and row["kind"] in ("periodic", "fixed_time")
        ):
            asked = Request(
                service=row["name"],
                trigger="manual",
                by="first start",
                reason="the site is new: a first look",
            )
            with suppress(Refused):  # no node that is up may run it
                request(tx, asked, site.rules, now)


def guarded(work: Callable[[], None], what: str) -> int:
    """Run a short child's work; its exit code, the reason in one line."""
    try:
        work()
    except DatabaseError as error:
        logger.error("%s: %s", what, error)
        return 5
    except Exception as error:
        logger.exception("%s: %s", what, type(error).__name__)
        return 1
    return 0
