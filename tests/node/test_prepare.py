"""What does a node find and leave in the database when it starts and stops?"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.load import load
from coordinator.requested import Request
from coordinator.requests import request
from coordinator.world import Rules
from node.install import install
from node.prepare import farewell, guarded, prepare
from node.site import Site, open_site
from store import database, migrate, process
from store import node as stored_node
from store.errors import DatabaseAway, DatabaseError, WrongMachine
from store.migrate import NotMigrated
from store.run.claimed import claim
from tests.support.clock import FakeClock

OWN = """
from actors import Periodic, service

@service(title="Own", run_groups=("disk",), retry_lost=False, schedule=Periodic(minutes=5))
def own_of_prepare(context):
    return None
"""
FILE = """
[database]
url = "{url}"
[node]
name = "n1"
[site]
zone = "UTC"
profiles = []
[catalogue]
modules = ["own_services_of_prepare"]
"""


class Prepared:
    """A site of two services of ours and one of its own, and what its database says."""

    def __init__(self, folder: Path, url: str) -> None:
        (folder / "own_services_of_prepare.py").write_text(OWN)
        (folder / "tickworks.toml").write_text(FILE.format(url=url))
        self.clock = FakeClock()
        self.site: Site = replace(open_site(load(folder / "tickworks.toml", {})), clock=self.clock)

    def install(self) -> None:
        """What `tickworks migrate` does."""
        database.open(self.site.settings.database.url)
        install(self.site)

    def start(self, incarnation: str = "a1", **more: Any) -> None:
        """What an agent's first child does; the database is open afterwards, for the test."""
        prepare(self.site, incarnation, True, **more)
        database.open(self.site.settings.database.url)

    def stop(self, incarnation: str = "a1") -> None:
        farewell(self.site, incarnation)
        database.open(self.site.settings.database.url)

    def worker(self, incarnation: str = "a1", node: str = "n1") -> int:
        """A worker of this node's agent."""
        return database.write(
            lambda tx: process.register(
                tx, node=node, kind="worker", name="worker-1", incarnation=f"{incarnation}.1", pid=1, slots=4,
                now=self.clock.now(),
            )
        )  # fmt: skip

    def running(self, process_id: int) -> int:
        """A run of the site's own service that this worker has claimed."""
        now, asked = self.clock.now(), Request(service="own_of_prepare", trigger="manual", by="tester")
        (message,) = database.write(lambda tx: request(tx, asked, Rules(), now)).messages
        wanted = [(message.run_id, message.fence)]
        met = database.write(lambda tx: claim(tx, wanted, process_id=process_id, node="n1", now=now))
        assert list(met) == [message.fence]
        return message.run_id

    def runs(self) -> list[dict[str, Any]]:
        return database.read().dicts("SELECT * FROM run ORDER BY service")

    def node(self, name: str = "n1") -> dict[str, Any]:
        row = stored_node.one(database.read(), name)
        assert row is not None
        return row


@pytest.fixture
def new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Prepared]:
    """On a database that does not exist yet."""
    monkeypatch.syspath_prepend(tmp_path)
    yield Prepared(tmp_path, f"sqlite:///{tmp_path}/new.db")
    database.close()


@pytest.fixture
def prepared(engine_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Prepared]:
    """On a database of either kind that `tickworks migrate` has brought to our release."""
    monkeypatch.syspath_prepend(tmp_path)
    made = Prepared(tmp_path, database.url())
    made.install()
    yield made
    database.close()


def test_a_new_site_looks_once_at_each_service_of_ours_that_has_planned_times(new: Prepared) -> None:
    new.start(installs=True)
    runs = new.runs()
    rows = database.read().all(
        "SELECT name FROM service WHERE enabled AND missing IS NULL AND kind IN ('periodic', 'fixed_time')"
    )
    expected = sorted({row[0] for row in rows} - {"own_of_prepare"})
    assert expected
    assert [run["service"] for run in runs] == expected
    assert {(run["requested_by"], run["request_reason"], run["planned_at"]) for run in runs} == {
        ("first start", "the site is new: a first look", None)
    }


def test_a_site_that_is_not_new_looks_at_nothing(new: Prepared) -> None:
    new.install()
    new.start("a2", installs=True)
    assert new.runs() == []


def test_a_node_makes_no_database_and_says_who_does(new: Prepared) -> None:
    with pytest.raises(
        NotMigrated, match=r"there is no .*new.db: run `tickworks migrate`, then start this again"
    ):
        prepare(new.site, "a1", True)
    assert new.site.settings.database.path is not None
    assert not new.site.settings.database.path.exists()


def test_a_node_joins_with_its_roles_and_what_it_can_run(prepared: Prepared) -> None:
    prepared.start("a1")
    row = prepared.node()
    assert (row["state"], row["incarnation"], row["host"]) == ("up", "a1", platform.node())
    assert set(row["services"].split()) == set(prepared.site.services)
    assert set(row["roles"].split()) == set(prepared.site.settings.node.roles)


def test_what_is_no_node_joins_nothing(prepared: Prepared) -> None:
    prepare(prepared.site, "a1", False)
    database.open(prepared.site.settings.database.url)
    assert stored_node.one(database.read(), "n1") is None


def test_a_node_with_another_catalogue_changes_nothing_and_says_what_it_can_run(prepared: Prepared) -> None:
    prepared.start("a1")
    rows = database.read().all("SELECT * FROM service ORDER BY name")
    mine = prepared.site.catalogue.services
    fewer = replace(prepared.site.catalogue, services={"cleaner": replace(mine["cleaner"], priority=1)})
    prepare(replace(prepared.site, catalogue=fewer), "a2", True)
    database.open(prepared.site.settings.database.url)
    assert database.read().all("SELECT * FROM service ORDER BY name") == rows
    assert prepared.node()["services"] == "cleaner"


def with_script(folder: Path, name: str) -> Path:
    """The scripts of a release that has one more."""
    scripts = folder / "scripts"
    shutil.copytree(migrate.FOLDER, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    (scripts / f"{name}.py").write_text("def up(migrator, db):\n    pass\n")
    return scripts


def test_a_node_waits_for_the_migration_with_one_line(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "FOLDER", with_script(tmp_path, "9999_later"))
    with pytest.raises(NotMigrated, match=r"1 migration to apply \(9999_later …\): run `tickworks migrate`"):
        prepare(prepared.site, "a1", True)
    assert migrate.pending() == ["9999_later"]


@pytest.mark.parametrize(("script", "joins"), [("9999_adds", True), ("9999_closes_old_columns", False)])
def test_a_node_of_the_release_before_joins_until_a_script_takes_away_what_it_uses(
    new: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, joins: bool
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(migrate, "FOLDER", with_script(tmp_path, script))
        new.install()
    if joins:
        new.start("a1")
        assert new.node()["state"] == "up"
    else:
        with pytest.raises(DatabaseError, match=f"of a newer release \\({script}\\): upgrade this one"):
            prepare(new.site, "a1", True)


def test_a_new_agent_buries_what_the_last_one_left(prepared: Prepared) -> None:
    prepared.start("a1")
    run_id = prepared.running(prepared.worker("a1"))
    prepared.start("a2")
    (run,) = prepared.runs()
    assert (run["id"], run["state"], run["error"]) == (run_id, "lost", "node n1 was started anew")
    assert database.read().all("SELECT * FROM membership") == []
    assert process.live(database.read()) == []
    assert prepared.node()["incarnation"] == "a2"


def test_another_nodes_processes_are_left_alone(prepared: Prepared) -> None:
    prepared.start("a1")
    other = prepared.worker("b1", node="n2")
    prepared.start("a2")
    assert [row.id for row in process.live(database.read())] == [other]


@pytest.mark.parametrize(("seen", "refused"), [(59.0, True), (61.0, False)])
def test_one_sqlite_file_is_for_one_machine(new: Prepared, seen: float, refused: bool) -> None:
    new.install()
    new.start("a1")
    database.write(lambda tx: tx.run("UPDATE node SET name = 'n2', host = 'elsewhere'"))
    new.clock.advance(seen)
    if refused:
        with pytest.raises(WrongMachine, match="used by elsewhere: use PostgreSQL"):
            prepare(new.site, "a2", True)
    else:
        new.start("a2")
        assert new.node()["state"] == "up"


def test_a_node_that_has_left_keeps_nobody_out(new: Prepared) -> None:
    new.install()
    new.start("a1")
    database.write(lambda tx: tx.run("UPDATE node SET name = 'n2', host = 'elsewhere', state = 'left'"))
    new.start("a2")
    assert new.node()["state"] == "up"


@pytest.mark.postgresql
def test_a_server_is_for_many_machines(postgresql_engine_database: str, tmp_path: Path) -> None:
    made = Prepared(tmp_path, postgresql_engine_database)
    made.install()
    made.start("a1")
    database.write(lambda tx: tx.run("UPDATE node SET name = 'n2', host = 'elsewhere'"))
    made.start("a2")
    assert made.node()["state"] == "up"


def test_a_node_that_says_good_bye_has_left_and_its_runs_wait_again(prepared: Prepared) -> None:
    prepared.start("a1")
    run_id = prepared.running(prepared.worker("a1"))
    prepared.stop("a1")
    (run,) = prepared.runs()
    assert (run["id"], run["state"]) == (run_id, "queued")
    assert database.read().all("SELECT ended FROM attempt") == [("drained",)]
    assert (prepared.node()["state"], process.live(database.read())) == ("left", [])


def test_an_old_agent_that_says_good_bye_late_takes_nothing_from_the_new_one(prepared: Prepared) -> None:
    prepared.start("a1")
    prepared.start("a2")
    worker = prepared.worker("a2")
    prepared.stop("a1")
    assert (prepared.node()["state"], [row.id for row in process.live(database.read())]) == ("up", [worker])


def fails(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "code", "said"),
    [
        (lambda: None, 0, []),
        (fails(DatabaseAway("gone")), 5, ["cannot start: gone"]),
        (fails(WrongMachine("used by b")), 5, ["cannot start: used by b"]),
        (fails(KeyError("x")), 1, ["cannot start: KeyError"]),
    ],
)
def test_a_short_childs_trouble_is_one_line_and_its_exit_code(
    work: Callable[[], None], code: int, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert guarded(work, "cannot start") == code
    assert caplog.messages == said
