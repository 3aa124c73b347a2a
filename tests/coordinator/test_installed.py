"""Does a look know what each node can run, without reading it each time?"""

from __future__ import annotations

from typing import Any

import pytest

from coordinator import installed
from store import database, node
from store.run import waiting
from store.tx import Tx
from tests.support.engine import Engine


def seen(engine: Engine) -> dict[str, frozenset[str]]:
    rows = database.read().all(*waiting.NODES)
    return installed.services_of(database.read(), [(name, digest) for name, _, digest, _ in rows])


def join(engine: Engine, name: str, incarnation: str, *services: str) -> None:
    more: dict[str, Any] = {"roles": ["master"], "host": "h", "version": "1", "now": engine.clock.now()}
    engine.write(lambda tx: node.join(tx, name=name, incarnation=incarnation, services=services, **more))


@pytest.fixture
def nodes(engine: Engine) -> Engine:
    engine.make_service("mail")
    engine.make_node("n1")
    engine.make_node("n2")
    join(engine, "n1", "a1", "mail", "cleaner")
    join(engine, "n2", "b1", "mail")
    return engine


def test_each_node_runs_what_it_joined_with(nodes: Engine) -> None:
    assert seen(nodes) == {"n1": {"mail", "cleaner"}, "n2": {"mail"}}


def test_a_node_that_comes_with_other_services_is_known_by_these(nodes: Engine) -> None:
    seen(nodes)
    join(nodes, "n1", "a2", "mail")
    join(nodes, "n2", "b1", "radius")  # the same agent, with other profiles
    assert seen(nodes) == {"n1": {"mail"}, "n2": {"radius"}}


def test_a_list_is_read_once(nodes: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(nodes)
    read: list[str] = []
    monkeypatch.setattr(node, "services_of", lambda tx, names: read.extend(names) or {})
    assert (seen(nodes)["n1"], read) == ({"mail", "cleaner"}, [])


def test_a_node_of_an_earlier_release_is_known_by_what_it_wrote(nodes: Engine) -> None:
    def rejoin(tx: Tx) -> None:  # as a release without `services_key` does
        tx.run("UPDATE node SET incarnation = 'a2', services = 'older' WHERE name = 'n1'")

    seen(nodes)
    nodes.write(rejoin)
    assert seen(nodes)["n1"] == {"older"}
