"""Does the daemon rate what waits, try again what had no charge, give its group back, and stop when told?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from actors.context import HoldLost, StopRequested
from actors.rating import calculator as service
from actors.service import call
from actors.testing import FakeContext, FakePorts, testing_context
from node.site import Site
from store import database
from store.fence import next_fences
from tests.actors.calculating.test_turn import agree, count
from tests.support import calls_to_rate
from tests.support.engine_database import engine_database as engine_database
from tests.support.object_site import add
from tests.support.object_site import site as empty_site
from tests.support.voice_site import account

_ = empty_site
OPTIONS = {"shards": 1, "pause": 0.0}


@dataclass
class Turns(FakePorts):
    """Counts the turns, and says stop once `enough` holds."""

    taken: list[int] = field(default_factory=list)
    lose: set[int] = field(default_factory=set)
    enough: Callable[[], bool] = lambda: True
    looks: int = 0

    def stop_reason(self) -> str | None:
        self.looks += 1
        assert self.looks < 3_000, "it did not come to an end"
        return "stop" if self.enough() else None

    def exclusive(self) -> AbstractContextManager[int]:
        return self._turn()

    @contextmanager
    def _turn(self) -> Iterator[int]:
        self.taken.append(database.write(lambda tx: next_fences(tx, 1)[0]))
        yield self.taken[-1]
        if len(self.taken) in self.lose:
            raise HoldLost("taken away")


@pytest.fixture
def site(empty_site: Site) -> Site:
    calls_to_rate.clients(empty_site, 1)
    return empty_site


def run(enough: Callable[[], bool], *, lose: tuple[int, ...] = (), **options: Any) -> FakeContext:
    context = testing_context(service.run)
    context.ports = Turns(enough=enough, lose=set(lose))
    with suppress(StopRequested):
        call(service.run, context, service.Options(**{**OPTIONS, **options}))
    return context


def nothing_waits() -> bool:
    return not database.read().value("SELECT COUNT(*) FROM xdr_chunk")


@pytest.mark.covers("calculator", 1)
def test_it_rates_batch_by_batch_and_holds_its_group_for_each(site: Site) -> None:
    legs = calls_to_rate.legs(Random(1), 120, others=1)
    for at in range(0, 120, 20):
        calls_to_rate.wait(legs[at : at + 20])
    context = run(nothing_waits, batch_legs=40)
    agree(legs)
    turns = context.ports
    assert isinstance(turns, Turns)
    assert len(turns.taken) == 3
    assert [line for line in context.log.lines if line.startswith("error")] == []


def test_where_nothing_waits_it_asks_for_no_turn(site: Site) -> None:
    looks = iter(range(10))
    context = run(lambda: next(looks, 99) == 99)
    assert isinstance(context.ports, Turns)
    assert context.ports.taken == []


def test_a_turn_that_is_lost_is_followed_by_another(site: Site) -> None:
    legs = calls_to_rate.legs(Random(2), 40, others=1)
    calls_to_rate.wait(legs[:20])
    calls_to_rate.wait(legs[20:])
    context = run(nothing_waits, batch_legs=20, lose=(1,))
    agree(legs)
    assert any("the turn was taken away" in line for line in context.log.lines)


def test_what_had_no_charge_gets_one_after_a_change(site: Site) -> None:
    legs = calls_to_rate.legs(Random(3), 60, others=1)
    calls_to_rate.wait(legs)
    run(nothing_waits)
    before = count("reason <> 0")
    assert before > 1
    add(site, "rate", rate_table="Retail", code="99", price="0.3")
    account(site, "Late", "Client 1", value="203.0.113.99")
    rated = calls_to_rate.expected(legs).rated
    context = run(lambda: count("reason = 0") == rated, again=2)
    agree(legs)
    assert count("reason <> 0") < before
    kinds = database.read().all("SELECT DISTINCT kind FROM entry")
    assert kinds == [("calls",)]
    assert any("had no charge before" in line for line in context.log.lines)


def test_rates_that_cannot_be_read_are_told_once_and_the_calls_wait(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.calculating.loop.AGAIN", 0.0)
    calls_to_rate.wait(calls_to_rate.legs(Random(4), 20))
    looks = iter(range(30))

    def refuses(*_: object) -> None:
        raise ValueError("rate 7 of code '44': interval: expected 1 or more")

    monkeypatch.setattr("store.rating.book.load", refuses)
    context = run(lambda: next(looks, 99) == 99)
    errors = [line for line in context.log.lines if line.startswith("error")]
    assert len(errors) == 1
    assert "rate 7 of code '44'" in errors[0]
    assert not nothing_waits()
