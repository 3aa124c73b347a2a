"""Do the rows that unfold under a service say how it is on each node?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database, node
from store.tx import Tx
from tests.support.visitors import FILE, Application, running_application
from tests.web.pages.test_editor import HTMX, MODULES


@pytest.fixture
def site(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    yield from running_application(tmp_path, monkeypatch, FILE + MODULES)


def join(tx: Tx, site: Application, name: str, *roles: str) -> None:
    services = list(site.site.services)
    node.join(
        tx,
        name=name,
        incarnation=f"{name}.1",
        roles=roles,
        services=services,
        host="h",
        version="1",
        now=site.clock.now(),
    )


def ran(tx: Tx, site: Application, name: str, on: str, outcome: str) -> None:
    at = site.clock.now()
    tx.run(
        """INSERT INTO run (service, for_node, trigger, state, outcome, node, roles, priority, requested_at,
                            queued_at, started_at, ended_at)
           VALUES (?, ?, 'schedule', 'succeeded', ?, ?, 'master', 5, ?, ?, ?, ?)""",
        (name, on, outcome, on, at - 60, at - 60, at - 50, at - 8),
    )


def rows(site: Application, name: str) -> list[str]:
    text = site.signed_in("viewer").get(f"/services/{name}/nodes", headers=HTMX).text
    return text.split('<tr class="nodes-of"')[1:]


def test_each_node_that_may_run_it_has_a_row_with_its_own_last_run(site: Application) -> None:
    def work(tx: Tx) -> None:
        join(tx, site, "n1", "master")
        join(tx, site, "n2", "master")
        join(tx, site, "n3", "elsewhere")
        ran(tx, site, "keeper", "n1", "done")
        ran(tx, site, "keeper", "n2", "partial")
        node.set_state(tx, "n2", "lost", site.clock.now())

    database.write(work)
    first, second = rows(site, "keeper")
    assert "n1" in first
    assert "idle" in first
    assert "done" in first
    assert "42 s" in first
    assert "lost" in second
    assert "partial" in second


def test_a_crash_loop_says_its_last_words(site: Application) -> None:
    at = site.clock.now()
    database.write(
        lambda tx: tx.run(
            """INSERT INTO daemon (service, for_node, state, state_at, restarts, crashes, next_start_at,
                                   last_end, last_words)
               VALUES ('gateway', 'n1', 'crash_loop', ?, 5, 5, ?, 'exit code 3', '<b>port taken</b>')""",
            (at, at + 60),
        )
    )
    (row,) = rows(site, "gateway")
    assert "crash loop" in row
    assert "5 restarts" in row
    assert "exit code 3" in row
    assert "&lt;b&gt;port taken&lt;/b&gt;" in row


def test_without_any_node_it_says_so(site: Application) -> None:
    (row,) = rows(site, "keeper")
    assert "No node that has not left may run Keeper" in row


def test_without_script_it_is_a_page(site: Application) -> None:
    page = site.signed_in("viewer").get("/services/keeper/nodes").text
    assert "<h1>Nodes of Keeper</h1>" in page
