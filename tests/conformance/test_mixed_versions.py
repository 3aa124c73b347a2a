"""Can nodes of two releases work on one database while they are replaced one by one?

Two real releases in processes of their own: tests/integration/test_two_releases.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actors import Service
from actors.catalogue import Catalogue
from actors.values import build, understood
from broker.decode import Raw, decode, is_run
from broker.errors import Rejected
from broker.publish import message_for
from broker.request_actor import Requests
from store import database, migrate
from tests.conformance.recorded import record
from tests.support.engine import Engine
from tests.support.told import Told

RECORDED = sorted(record.FOLDER.glob("*.json"))


@pytest.fixture(params=RECORDED, ids=lambda path: path.stem)
def before(request: pytest.FixtureRequest) -> Any:
    """What an earlier release (or this one, before it was made) left written down."""
    return json.loads(request.param.read_text())


@pytest.fixture
def now(migrated_sqlite: Path) -> Any:
    database.open(f"sqlite:///{migrated_sqlite}")
    yield record.tables()
    database.close()


def closed(before: Any) -> bool:
    """Whether a later script took away what that release used: it is not to be mixed any more."""
    return any(migrate.CLOSES in script for script in set(scripts()) - set(before["scripts"]))


def scripts() -> list[str]:
    return [path.stem for path in sorted(migrate.FOLDER.glob("[0-9]*.py"))]


def test_the_scripts_of_an_earlier_release_are_still_the_first_ones(before: Any) -> None:
    assert scripts()[: len(before["scripts"])] == before["scripts"]


def test_an_earlier_release_finds_all_it_reads(before: Any, now: Any) -> None:
    was = {(table, column) for table, columns in before["tables"].items() for column in columns}
    lacks = was - {(table, column) for table, columns in now.items() for column in columns}
    assert not lacks or closed(before)


def test_an_earlier_release_can_write_without_what_was_added(before: Any, now: Any) -> None:
    needed = {
        f"{table}.{column}"
        for table, columns in before["tables"].items()
        for column, must in now.get(table, {}).items()
        if must and not columns.get(column)
    }
    assert not needed or closed(before)


def test_run_messages_of_an_earlier_release_are_understood(before: Any) -> None:
    found = []
    for message in before["run_messages"]:
        decoded = decode(Raw(message["queue"], message["body"].encode(), None), {"mail"})
        assert is_run(decoded)
        found.append((decoded.kwargs["run"], decoded.kwargs["fence"], decoded.actor_name))
    assert found == [(7, 70, "mail"), (8, 80, "mail")]


def test_an_earlier_release_understands_our_run_messages(before: Any) -> None:
    for was, is_now in zip(before["run_messages"], record.run_messages(), strict=True):
        old, new = json.loads(was["body"]), json.loads(is_now["body"])
        assert is_now["queue"] == was["queue"]
        assert set(new) <= set(old)  # it refuses a field that it does not know
        assert {key: new["kwargs"][key] for key in old["kwargs"]} == old["kwargs"]


def knows(engine: Engine, node: str, *services: str) -> None:
    """That node is of a release that has only these."""
    engine.install(services, node)


def test_a_run_is_told_only_to_the_node_that_can_execute_it(engine: Engine) -> None:
    engine.make_service("old_one")
    engine.make_service("new_one")
    engine.make_node("before")
    engine.make_node("after")
    knows(engine, "before", "old_one")
    (new,) = engine.ask("new_one").messages
    (old,) = engine.ask("old_one").messages
    assert message_for(new).queue_name == "tickworks.node.after"
    assert message_for(old).queue_name == "tickworks.run.master"


def test_what_nobody_took_is_told_again_to_the_node_that_was_chosen(engine: Engine) -> None:
    engine.make_service("one")
    engine.make_node("n1")
    engine.ask("one")
    engine.clock.advance(4)
    (again,) = engine.sweeper.sweep().messages
    assert message_for(again).queue_name == "tickworks.node.n1"


def test_a_run_of_a_service_that_no_node_knows_yet_waits_and_says_so(engine: Engine) -> None:
    engine.make_service("new_one")
    engine.make_node("before")
    knows(engine, "before", "old_one")
    run_id = engine.request("new_one")
    assert engine.rows("SELECT state, wait_code FROM run WHERE id = ?", run_id) == [("queued", "no_node")]


def asks(engine: Engine, *known: Service) -> Requests:
    """The request actor of a node whose catalogue has these."""
    catalogue = Catalogue({service.name: service for service in known})
    return Requests(catalogue, engine.rules, engine.clock.now, Told())


def test_a_request_that_meets_a_node_without_the_service_becomes_a_run(engine: Engine) -> None:
    engine.make_service("new_one")
    engine.make_node("after")
    asks(engine).receive("run.new_one", '{"args": {"size": 3}}')
    assert engine.rows("SELECT service, args, node FROM run") == [("new_one", '{"size": 3}', "after")]


def test_a_request_for_what_nobody_has_is_still_rejected(engine: Engine) -> None:
    engine.make_service("gone")
    engine.drop_service("gone")
    for name in ("gone", "never_was"):
        with pytest.raises(Rejected, match=name):
            asks(engine).receive(f"run.{name}", "")
    assert engine.rows("SELECT * FROM run") == []


@dataclass(frozen=True)
class Options:
    """Of the release before."""

    size: int = 1


def test_options_of_a_newer_release_do_not_stop_a_run() -> None:
    assert build(Options, understood(Options, {"size": 2, "colour": "red"})) == Options(2)
