"""Whom of a node's name does a new agent wait for?"""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest

from coordinator.world import Rules
from node import namesake
from node.namesake import NodeTaken, refuse_living
from node.site import Site
from store import database, process
from tests.support.engine import Engine
from tests.support.until import until

#: A stand-in for what `refuse_living` needs of a site.
SITE = cast(
    Site, SimpleNamespace(settings=SimpleNamespace(node=SimpleNamespace(name="n1")), rules=Rules(lease=15.0))
)


class Looks:
    """Stands in for the pause between two looks: counts them, and lets something happen in each."""

    def __init__(self) -> None:
        self.count = 0
        self.happens: Callable[[], object] = lambda: None

    def wait(self, _seconds: float) -> None:
        self.count += 1
        self.happens()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    looks = Looks()
    monkeypatch.setattr(namesake, "threading", SimpleNamespace(Event=lambda: looks))
    return looks


@pytest.fixture
def old() -> Iterator[subprocess.Popen[bytes]]:
    """A process of this machine; nobody takes leave of it before the test is over."""
    with subprocess.Popen(["sleep", "600"]) as running:
        yield running
        running.kill()


def bound_to(engine: Engine, pid: int, host: str) -> int:
    """The system worker of node n1 on a machine, as its row."""
    engine.make_node()
    made = engine.make_process(kind="system")

    def work(tx: Any) -> None:
        tx.run("UPDATE process SET pid = ? WHERE id = ?", (pid, made))
        tx.run("UPDATE node SET host = ?", (host,))

    database.write(work)
    return made


def end(running: subprocess.Popen[bytes]) -> None:
    running.kill()
    until(lambda: psutil.Process(running.pid).status() == psutil.STATUS_ZOMBIE, "it is dead")


def test_one_that_is_dead_but_not_buried_is_not_waited_for(
    engine: Engine, looks: Looks, old: subprocess.Popen[bytes]
) -> None:
    bound_to(engine, old.pid, platform.node())
    end(old)
    refuse_living(SITE)
    assert looks.count == 0


def test_one_that_dies_meanwhile_is_not_waited_for_any_longer(
    engine: Engine, looks: Looks, old: subprocess.Popen[bytes]
) -> None:
    bound_to(engine, old.pid, platform.node())
    looks.happens = lambda: end(old)
    refuse_living(SITE)
    assert looks.count == 1


def test_one_that_renews_its_lease_is_a_living_one(
    engine: Engine, looks: Looks, old: subprocess.Popen[bytes]
) -> None:
    made = bound_to(engine, old.pid, platform.node())
    looks.happens = lambda: database.write(lambda tx: process.renew(tx, made, now=engine.clock.now()))
    with pytest.raises(NodeTaken, match="node n1 is up on"):
        refuse_living(SITE)


def test_of_one_elsewhere_a_sign_of_life_is_awaited_for_a_lease(
    engine: Engine, looks: Looks, old: subprocess.Popen[bytes]
) -> None:
    bound_to(engine, old.pid, "elsewhere.example")
    end(old)
    refuse_living(SITE)
    assert looks.count > SITE.rules.lease / namesake.LOOK - 1
