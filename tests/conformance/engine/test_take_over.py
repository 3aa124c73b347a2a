"""A node that starts says what it has installed; it does not speak for the others."""

from __future__ import annotations

from schedules.take_over import take_over
from tests.support.engine import Engine


def restart_without_services(engine: Engine, node: str) -> None:
    engine.write(lambda tx: take_over(tx, [], engine.clock.now(), engine.zone, node))


def test_what_another_live_node_has_installed_stays(engine: Engine) -> None:
    engine.make_node("n1")
    engine.make_node("n2")
    engine.make_service("only_on_n2")
    restart_without_services(engine, "n1")
    assert engine.service("only_on_n2")["present"]


def test_what_no_live_node_has_any_more_is_absent(engine: Engine) -> None:
    engine.make_node("n1")
    engine.make_service("gone")
    restart_without_services(engine, "n1")
    assert not engine.service("gone")["present"]
