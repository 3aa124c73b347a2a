"""Is an act held once, given once, and refused once it is dropped?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.effects.act import Act
from store import database, held_act, live_family
from tests.support.opened import DATABASES, opened_database

NOW = 1_800_000_000.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def ask(key: str = "k", run_id: int | None = 1, now: float = NOW, **more: Any) -> bool:
    values = {"family": "dns", "service": "sync", "effect": "outward", "what": f"Write {key}", **more}
    act = Act(key=key, **values)
    return held_act.is_free(database.read(), act) or database.write(
        lambda tx: held_act.ask(tx, act, run_id, now)
    )


def live(on: bool = True) -> None:
    database.write(lambda tx: live_family.switch(tx, "dns", on, by="anna", now=NOW))


def decide(act: Any, *ids: int) -> list[int]:
    met: list[int] = database.write(lambda tx: act(tx, ids, "anna", NOW))
    return met


def states() -> list[str]:
    return [row[0] for row in database.read().all("SELECT state FROM held_act ORDER BY id")]


def test_a_new_site_holds_each_act_once_however_often_it_is_asked_for() -> None:
    assert [ask("a"), ask("a", now=NOW + 60), ask("b"), ask("a", service="other")] == [False] * 4
    first, *_ = held_act.listing(database.read(), family="dns")
    assert (first["what"], first["first_at"], first["last_at"]) == ("Write a", NOW, NOW + 60)
    assert held_act.counts(database.read()) == {"dns": {"held": 3, "released": 0, "dropped": 0}}


def test_a_released_act_is_given_to_one_run_and_held_again_for_the_next() -> None:
    ask(run_id=1)
    assert decide(held_act.release, 1) == [1]
    assert [ask(run_id=2), ask(run_id=2), ask(run_id=3)] == [True, True, False]
    assert states() == ["done", "held"]


def test_a_dropped_act_is_refused_without_another_row() -> None:
    ask()
    decide(held_act.drop, 1)
    assert not ask(run_id=2)
    assert states() == ["dropped"]
    decide(held_act.release, 1)
    assert ask(run_id=3)


def test_what_is_done_cannot_be_decided_any_more() -> None:
    ask()
    decide(held_act.release, 1)
    ask(run_id=2)
    assert (decide(held_act.release, 1), decide(held_act.drop, 1)) == ([], [])


def test_a_live_family_acts_and_closes_what_was_held() -> None:
    ask("held")
    ask("dropped")
    decide(held_act.drop, 2)
    live()
    assert [ask("held", run_id=2), ask("dropped", run_id=2), ask("new", run_id=2)] == [True] * 3
    assert states() == ["done", "done"]


def test_observing_again_takes_back_what_was_released_and_not_done() -> None:
    ask()
    live()
    database.write(lambda tx: held_act.release_family(tx, "dns", "anna", NOW))
    live(False)
    assert database.write(lambda tx: held_act.hold_family(tx, "dns", "anna", NOW)) == [1]
    assert not ask(run_id=2)


def test_a_whole_family_is_decided_up_to_what_was_seen() -> None:
    for key in "abc":
        ask(key)
    ask("x", family="mail")
    assert database.write(lambda tx: held_act.drop_family(tx, "dns", "anna", NOW, until=2)) == [1, 2]
    assert states() == ["dropped", "dropped", "held", "held"]


def test_a_daemon_which_has_no_run_gets_a_released_act_once() -> None:
    ask(run_id=None)
    decide(held_act.release, 1)
    assert [ask(run_id=None), ask(run_id=None)] == [True, False]


@pytest.mark.parametrize("opened", ["sqlite"], indirect=True)
def test_the_list_and_the_question_are_answered_by_indexes() -> None:
    asked = "SELECT id, state FROM held_act WHERE service = ? AND key = ? AND state <> 'done'"
    listed = "SELECT * FROM held_act WHERE state = ? AND family = ? AND id > ? ORDER BY id LIMIT ?"
    for sql, params in ((asked, ("s", "k")), (listed, ("held", "dns", 0, 9))):
        plan = [row[3] for row in database.read().all(f"EXPLAIN QUERY PLAN {sql}", params)]
        assert not [line for line in plan if line.startswith(("SCAN", "USE TEMP"))], plan
