"""Does a live edit of a daemon's instances take effect, without two where there should be one?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from coordinator.world import Rules
from node import reconcile
from node.order import Order
from node.reconcile import Reconciler
from store import daemon, process
from store.database import read
from tests.support.engine import Engine


@pytest.fixture
def node(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The system worker of n1 with its reconciler; `orders` are those it sent."""
    engine.make_service("dae", rule={"kind": "daemon"})
    engine.make_node("n1")
    orders: list[Order] = []
    monkeypatch.setattr(reconcile, "send", lambda _, order: orders.append(order))
    site = SimpleNamespace(
        clock=engine.clock,
        rules=Rules(),
        services={"dae": None},
        settings=SimpleNamespace(node=SimpleNamespace(roles=["master"])),
    )
    child: Any = SimpleNamespace(site=site, node="n1", incarnation="n1a1.system", orders=0)
    return SimpleNamespace(reconciler=Reconciler(child), orders=orders)


def starts(engine: Engine, order: Order) -> None:
    """The agent has forked the process that was ordered."""
    process_id = engine.make_process("n1", kind="daemon", agent="x")
    engine.write(
        lambda tx: tx.run(
            "UPDATE process SET incarnation = ? WHERE id = ?", (order.data["incarnation"], process_id)
        )
    )
    instance, fence = order.data["instance"], order.data["fence"]
    assert engine.write(lambda tx: daemon.begin(tx, instance, fence, process_id, engine.clock.now()))


def ends(engine: Engine, node: Any, incarnation: str) -> None:
    """The agent has seen its process end as it was told to."""
    (process_id,) = engine.rows("SELECT id FROM process WHERE incarnation = ?", incarnation)[0]
    now = engine.clock.now()
    engine.write(lambda tx: process.end(tx, [process_id], state="ended", reason="told to", now=now))
    engine.write(lambda tx: node.reconciler.ended(tx, incarnation, "told to"))


@pytest.mark.parametrize(("before", "after", "places"), [("one", "each", ["n1"]), ("each", "one", [""])])
def test_the_old_sort_ends_before_the_new_one_starts(
    engine: Engine, node: Any, before: str, after: str, places: list[str]
) -> None:
    engine.edit(lambda editor: editor.values("dae", instances=before))
    node.reconciler.reconcile()
    starts(engine, node.orders[-1])
    engine.edit(lambda editor: editor.values("dae", instances=after))
    node.reconciler.reconcile()
    node.reconciler.reconcile()
    assert [order.do for order in node.orders] == ["start", "stop"]
    ends(engine, node, node.orders[-1].data["incarnation"])
    node.reconciler.reconcile()
    assert [order.do for order in node.orders] == ["start", "stop", "start"]
    assert [row["for_node"] for row in daemon.instances(read(), "dae")] == places


def test_only_the_one_of_the_cluster_is_told_that_it_is(engine: Engine, node: Any) -> None:
    node.reconciler.reconcile()
    assert node.orders[-1].data["only"] is True


def test_where_there_is_no_daemon_nothing_is_written(
    engine: Engine, node: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.edit(lambda editor: editor.disable("dae"))
    monkeypatch.setattr(reconcile.database, "write", lambda work: pytest.fail("something was written"))
    node.reconciler.reconcile()
    assert node.orders == []
