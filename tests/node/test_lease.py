"""Does a process keep its lease, whatever the database says once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from node.board import Board
from node.child import Child, Lease, answered
from node.flag import Flag
from node.site import open_site
from store import database, process
from store.errors import DatabaseAway, DatabaseError
from tests.support.until import until


def short_leased(folder: Path) -> Child:
    """A worker process of a site with a lease of a second."""
    (folder / "tickworks.toml").write_text("[coordinator]\nlease = 1\n")
    site = open_site(load(folder / "tickworks.toml", {}))
    return Child(site, "worker", "worker-1", "test.1", Board(1), 0)


@pytest.mark.usefixtures("engine_database")
@pytest.mark.parametrize("error", [DatabaseAway("it is away"), DatabaseError("it does not understand")])
def test_an_error_of_the_database_is_no_end_of_the_lease(tmp_path: Path, error: Exception) -> None:
    child = short_leased(tmp_path)
    who = {"node": child.node, "kind": child.kind, "name": child.name, "incarnation": child.incarnation}
    now = child.site.clock.now()
    process_id = database.write(lambda tx: process.register(tx, **who, pid=1, slots=1, now=now))
    errors = [error]

    def also() -> None:
        if errors:
            raise errors.pop()

    lease = Lease(child, process_id, also)
    asked = lease.renewed
    lease.start()
    try:
        until(lambda: lease.renewed > asked, "the lease is renewed")
        assert not errors
    finally:
        lease.stop()


@pytest.mark.usefixtures("engine_database")
def test_a_process_that_waits_for_the_database_shows_that_it_lives(tmp_path: Path) -> None:
    child = short_leased(tmp_path)
    away = [DatabaseAway("it is locked")]

    def ask() -> str:
        begun = child.board.alive_at(child.row)
        until(lambda: child.board.alive_at(child.row) > begun, "it shows that it lives")
        if away:
            raise away.pop()
        return "yes"

    assert answered(child, Flag(), ask) == "yes"


@pytest.mark.usefixtures("engine_database")
def test_a_process_that_is_told_to_stop_waits_for_the_database_no_more(tmp_path: Path) -> None:
    child = short_leased(tmp_path)
    stop = Flag()

    def ask() -> str:
        stop.set()
        raise DatabaseAway("it is locked")

    assert answered(child, stop, ask) is None
