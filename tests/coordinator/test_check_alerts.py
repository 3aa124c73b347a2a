"""Is a check that keeps failing an alert like any other: told, muted, in a window, acknowledged, over?"""

from __future__ import annotations

from typing import Any

import pytest

from coordinator.alerts import EVERY, Evaluator
from domain.monitoring.check_state import CheckRule
from domain.monitoring.level import Level
from store import alert, database, mute, setting
from store.monitoring import check_state
from store.monitoring.check_state import Result, Start
from store.object import write
from tests.support.engine import Engine

RULE = CheckRule(fail_after=2, clear_after=2)
SERVER = {"name": "web1", "organisation": None, "kind": "web", "address": "192.0.2.1", "read_by": "nothing"}
KEY = ("check", "check web1/page")


class Watching:
    """One check of one server, and the evaluator of alerts."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        engine.make_service("monitoring")
        self.server = self._create("server", SERVER)
        values = {"server": "web1", "name": "page", "kind": "http"}
        self.check = self._create("check", values)
        clock = engine.clock
        self.evaluator = Evaluator(engine.rules, engine.zone, clock.now, clock.monotonic, {})

    def _create(self, kind: str, values: dict[str, Any]) -> int:
        from domain.objects.catalogue import find
        from domain.objects.checked import checked

        whole = checked(find(kind), values)
        return int(self.engine.write(lambda tx: write.create(tx, kind, whole, now=0.0)))

    def found(self, level: Level, text: str = "status 500") -> None:
        """One look at the check, and one at the alerts."""
        self.engine.clock.advance(EVERY)
        now = self.engine.clock.now()
        start = Start(self.check, 1, now + EVERY, now + 60)
        result = Result(self.check, start.busy_until, RULE, now, level, text, None, "", 0.1)
        assert self.engine.write(lambda tx: check_state.begin(tx, [start], now)) == {self.check}
        assert self.engine.write(lambda tx: check_state.end(tx, [result]))
        self.engine.write(lambda tx: setting.put(tx, "beat", {"at": now}, now))
        self.evaluator.look()

    def open(self) -> dict[str, Any] | None:
        return alert.open_rows(database.read()).get(KEY)

    def told(self) -> list[tuple[str, str]]:
        return database.read().all(
            "SELECT type, severity FROM event WHERE text LIKE '%web1/page%' ORDER BY id"
        )


@pytest.fixture
def watching(engine: Engine) -> Watching:
    engine.make_node()
    return Watching(engine)


def test_it_opens_after_its_own_number_of_failures_and_closes_by_itself(watching: Watching) -> None:
    watching.found("failed")
    assert watching.open() is None
    watching.found("failed")
    row = watching.open()
    assert row is not None
    assert (row["severity"], row["text"]) == ("error", "web1/page: status 500")
    watching.found("good", "status 200")
    assert watching.open() is not None
    watching.found("good", "status 200")
    assert watching.open() is None
    assert watching.told() == [("alert", "error"), ("alert", "info")]


def test_a_muted_server_is_shown_and_not_told(watching: Watching) -> None:
    now = watching.engine.clock.now()
    watching.engine.write(
        lambda tx: mute.add(tx, rule="check", about="check web1/*", until=None, by="a", reason=None, now=now)
    )
    for _ in range(2):
        watching.found("warning")
    assert watching.open() is not None
    assert [kind for kind, _ in watching.told()] == ["alert_quiet"]


def test_what_goes_on_after_a_window_is_told_then(watching: Watching) -> None:
    now = watching.engine.clock.now()
    watching.engine.write(
        lambda tx: mute.plan(
            tx, about="check web1/page", starts_at=now, ends_at=now + 3 * EVERY, by="a", reason=None
        )
    )
    for _ in range(2):
        watching.found("failed")
    assert [kind for kind, _ in watching.told()] == ["alert_quiet"]
    for _ in range(2):
        watching.found("failed")
    assert [kind for kind, _ in watching.told()] == ["alert_quiet", "alert"]


def test_an_acknowledged_alert_stays_so_until_it_is_over(watching: Watching) -> None:
    for _ in range(2):
        watching.found("failed")
    row = watching.open()
    assert row is not None
    now = watching.engine.clock.now()
    watching.engine.write(lambda tx: alert.acknowledge(tx, row["id"], by="ann", note=None, now=now))
    watching.found("failed")
    assert (watching.open() or {})["acknowledged_by"] == "ann"


@pytest.mark.parametrize("table", ["service_check", "server", "service"])
def test_what_is_not_looked_at_any_more_is_over(watching: Watching, table: str) -> None:
    for _ in range(2):
        watching.found("failed")
    assert watching.open() is not None
    watching.engine.write(lambda tx: tx.run(f"UPDATE {table} SET enabled = ?", (False,)))
    watching.engine.clock.advance(EVERY)
    watching.evaluator.look()
    assert watching.open() is None
