"""Does a process keep its lease, whatever the database says once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load
from node.board import Board
from node.child import Child, Lease
from node.site import open_site
from store import database, process
from store.errors import DatabaseAway, DatabaseError
from tests.support.until import until


@pytest.mark.usefixtures("engine_database")
@pytest.mark.parametrize("error", [DatabaseAway("it is away"), DatabaseError("it does not understand")])
def test_an_error_of_the_database_is_no_end_of_the_lease(tmp_path: Path, error: Exception) -> None:
    (tmp_path / "tickworks.toml").write_text("[coordinator]\nlease = 1\n")
    child = Child(
        open_site(load(tmp_path / "tickworks.toml", {})), "worker", "worker-1", "test.1", Board(1), 0
    )
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
