"""Do other nodes' parts of a batch count once, whether they come in time, late, twice or never?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from actors.calculating.books import Books
from actors.calculating.elsewhere import REST, Elsewhere
from actors.calculating.hinted import Hinted
from actors.calculating.pool import Here
from actors.calculating.turn import Turn
from domain.calls.raw import RawLeg
from node.site import Site
from store import database, node, process
from store.calls import batch
from store.tx import Tx
from tests.actors.calculating.test_turn import agree, count
from tests.support import calls_to_rate
from tests.support.object_site import add
from tests.support.voice_site import account

Answer = Callable[[Mapping[str, Any]], bool]


@dataclass
class Way:
    """The way to the other nodes: remembers what it was given, and does with it what `answer` says."""

    answer: Answer = lambda words: True
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    time: float = 0.0

    def hint(self, to: str, words: Mapping[str, Any]) -> bool:
        self.sent.append((to, dict(words)))
        return self.answer(words)


@pytest.fixture
def way(site: Site) -> Way:
    join(site, "n1", "master")
    join(site, "n2", "calculation")
    return Way()


def join(
    site: Site,
    name: str,
    roles: str,
    *,
    version: str = "1",
    slots: int = 4,
    services: tuple[str, ...] = ("calculator",),
) -> None:
    now = site.clock.now()
    some: dict[str, Any] = {"incarnation": name, "services": services, "host": "h", "now": now}
    database.write(lambda tx: node.join(tx, name=name, roles=[roles], version=version, **some))
    worker: dict[str, Any] = {"kind": "worker", "name": "w1", "incarnation": f"{name}.1", "pid": 1}
    database.write(lambda tx: process.register(tx, node=name, slots=slots, now=now, **worker))


def elsewhere(way: Way, worth: int = 1) -> Elsewhere:
    return Elsewhere("n1", way.hint, worth=worth, patience=0.0, monotonic=lambda: way.time)


def turn(site: Site, others: Elsewhere) -> Turn:
    books = Books()
    return Turn("n1", 10_000, 1, books, Here(books), site.clock.now, others)


def helper(held: Callable[[Tx, int], bool] = lambda tx, fence: True) -> Hinted:
    """Of a turn that goes on, if nothing else is said."""
    return Hinted("n2", held=held)


def followed(words: Mapping[str, Any]) -> bool:
    helper().rate(words)
    return True


def waiting(seed: int, many: int = 200) -> list[RawLeg]:
    legs = calls_to_rate.legs(Random(seed), many, others=2)
    calls_to_rate.wait(legs)
    return legs


def done_by() -> list[str]:
    return [row[0] for row in database.read().all("SELECT node FROM rating_shard ORDER BY batch_id, shard")]


def test_a_part_is_done_by_the_node_that_is_told_of_it(site: Site, way: Way) -> None:
    legs = waiting(1)
    way.answer = followed
    counts = turn(site, elsewhere(way)).take(1, lambda: None)
    wanted = calls_to_rate.expected(legs)
    assert counts == {"legs": 200, "rated": wanted.rated, "mismatched": wanted.mismatched, "repeated": 0}
    assert done_by() == ["n1", "n2"]
    assert count("client_id % 2 = 0") > 0 < count("client_id % 2 = 1")
    agree(legs)


def test_a_part_that_nobody_does_is_done_at_home_and_a_late_hint_does_nothing(site: Site, way: Way) -> None:
    legs = waiting(2)
    turn(site, elsewhere(way)).take(1, lambda: None)
    assert done_by() == ["n1", "n1"]
    agree(legs)
    for _, words in way.sent:
        helper().rate(words)
    assert done_by() == ["n1", "n1"]
    agree(legs)


def test_a_node_that_did_not_do_its_part_is_not_asked_for_a_while(site: Site, way: Way) -> None:
    others = elsewhere(way)
    for seed in (3, 4):
        waiting(seed)
        turn(site, others).take(seed, lambda: None)
    assert len(way.sent) == 1
    way.time += REST
    waiting(5)
    turn(site, others).take(5, lambda: None)
    assert len(way.sent) == 2


def test_without_a_broker_all_parts_are_done_at_home(site: Site, way: Way) -> None:
    legs = waiting(6)
    way.answer = lambda words: False
    assert turn(site, elsewhere(way)).take(1, lambda: None)
    agree(legs)


def test_rates_that_change_while_others_rate_bring_a_new_fence(site: Site, way: Way) -> None:
    """A part by the old book must not come after parts by the new one: a leg could be in neither."""
    legs = waiting(7)

    def changed(words: Mapping[str, Any]) -> bool:
        way.answer = lambda words: True
        add(site, "rate", rate_table="Retail", code="49", price="0.02")
        return True

    way.answer = changed
    own = turn(site, elsewhere(way))
    assert own.take(1, lambda: None) == {}
    assert own.take(2, lambda: None)
    for _, words in way.sent:
        helper().rate(words)
    assert done_by() == ["n1", "n1"]
    agree(legs)


def test_a_hint_of_a_turn_that_is_over_is_not_followed(site: Site, way: Way) -> None:
    legs = waiting(8)

    def stop() -> None:
        if way.sent:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        turn(site, elsewhere(way)).take(1, stop)
    (_, words) = way.sent[0]
    database.write(lambda tx: batch.take_up(tx, words["batch"], 2, "n1"))
    helper().rate(words)
    assert count() == 0
    turn(site, elsewhere(Way())).take(3, lambda: None)
    agree(legs)


@pytest.mark.parametrize("looks", [0, 1])
def test_a_part_is_not_written_once_the_groups_of_its_turn_may_be_anothers(
    site: Site, way: Way, looks: int
) -> None:
    """Neither begun nor, when that is found at its end, committed."""
    legs, held = waiting(11), [True] * looks

    def told(words: Mapping[str, Any]) -> bool:
        helper(lambda tx, fence: bool(held) and held.pop()).rate(words)
        return True

    way.answer = told
    turn(site, elsewhere(way)).take(1, lambda: None)
    assert (held, done_by()) == ([], ["n1", "n1"])
    agree(legs)


def test_a_node_that_drains_does_nothing_more(site: Site, way: Way) -> None:
    legs = waiting(12)

    def drained(words: Mapping[str, Any]) -> bool:
        now = site.clock.now()
        assert database.write(lambda tx: node.drain(tx, "n2", now + 60, now))
        return followed(words)

    way.answer = drained
    others = elsewhere(way)
    turn(site, others).take(1, lambda: None)
    assert done_by() == ["n1", "n1"]
    assert others.workers("1") == []
    agree(legs)


def test_a_site_with_pins_rates_at_home_for_each_node_reads_them_for_itself(site: Site, way: Way) -> None:
    """Another one's book may lack an account, and a leg of it would be in no part."""
    others = elsewhere(way)
    own = turn(site, others)
    assert others.workers(own.books.version()) == ["n2"]
    account(site, "Card", "Customer", kind="pin", value="", pin="env:PIN")
    assert others.workers(own.books.version()) == []


@pytest.mark.parametrize(
    ("name", "roles", "other"),
    [
        ("n3", "processing", {}),
        ("n3", "calculation", {"version": "2"}),
        ("n3", "calculation", {"slots": 0}),
        ("n3", "calculation", {"services": ("cleaner",)}),
    ],
)
def test_only_free_nodes_of_the_role_and_the_release_are_asked(
    site: Site, way: Way, name: str, roles: str, other: dict[str, Any]
) -> None:
    join(site, name, roles, **other)
    assert elsewhere(way).workers("1") == ["n2"]


def test_a_small_batch_is_not_worth_the_way(site: Site, way: Way) -> None:
    legs = waiting(10, many=99)
    turn(site, elsewhere(way, worth=100)).take(1, lambda: None)
    assert (way.sent, done_by()) == ([], ["n1"])
    agree(legs)


def test_what_is_no_order_is_passed_over(site: Site) -> None:
    helper().rate({"batch": "x"})
    assert count() == 0
