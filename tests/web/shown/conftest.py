"""A site on each database, with a clock that stands still, and hands to move its runs by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from coordinator.grants import grant_pass
from coordinator.requested import Request
from coordinator.requests import request as ask
from node.site import Site, open_site
from store import database, node, process, service
from store.run import claimed, ended
from tests.support.clock import FakeClock

FILE = """
[node]
name = "n1"
[site]
zone = "UTC"
profiles = []
[catalogue]
modules = ["tests.cli.demo_services"]
"""


@dataclass
class Scene:
    """A site with one node of two slots."""

    site: Site
    clock: FakeClock
    process_id: int

    def ask(self, name: str, **more: Any) -> int:
        """Force a run; its id."""
        asked = Request(service=name, trigger="manual", by="anna", **more)
        return database.write(lambda tx: ask(tx, asked, self.site.rules, self.clock.now())).run_ids[0]

    def claim(self, run_id: int) -> None:
        """The worker takes a granted run."""
        fence = database.read().value("SELECT fence FROM run WHERE id = ?", (run_id,))
        now, mine = self.clock.now(), self.process_id
        taken = database.write(
            lambda tx: claimed.claim(tx, [(run_id, fence)], process_id=mine, node="n1", now=now)
        )
        assert taken

    def end(self, run_id: int, how: str = "succeeded", **more: Any) -> None:
        """The worker ends it."""
        fence, attempt = database.read().all("SELECT fence, attempt FROM run WHERE id = ?", (run_id,))[0]
        ending = ended.Ending(run_id, fence, attempt, how, self.clock.now(), **more)
        database.write(lambda tx: ended.end(tx, ending))

    def grant(self) -> None:
        """The coordinator looks at the whole line."""
        database.write(lambda tx: grant_pass(tx, self.site.rules, self.clock.now()))

    def change(self, sql: str, params: Sequence[Any] = ()) -> None:
        database.write(lambda tx: tx.run(sql, params))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def scene(tmp_path: Path, request: pytest.FixtureRequest) -> Scene:
    file = tmp_path / "tickworks.toml"
    url = request.getfixturevalue(f"{request.param}_engine_database")
    file.write_text(f'{FILE}[database]\nurl = "{url}"\n')
    clock = FakeClock()
    site = replace(open_site(load(file, {})), clock=clock)
    return Scene(site, clock, database.write(lambda tx: _join(tx, site, clock.now())))


def _join(tx: Any, site: Site, now: float) -> int:
    service.sync(tx, site.declared(), now)
    roles = site.settings.node.roles
    services = list(site.services)
    node.join(tx, name="n1", incarnation="a", roles=roles, services=services, host="h", version="1", now=now)
    return process.register(
        tx, node="n1", kind="worker", name="w", incarnation="a.1", pid=1, slots=2, now=now
    )
