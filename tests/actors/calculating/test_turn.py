"""Does a turn rate and book each leg exactly once, whatever comes twice and whoever was there before?"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from actors.calculating import shard
from actors.calculating.books import Books
from actors.calculating.pool import Here
from actors.calculating.shard import Order
from actors.calculating.turn import Turn, TurnFailed
from domain.calls.raw import RawLeg, Status
from domain.rating.at_work import Reason
from node.site import Site
from store import database
from store.calls import balance, batch, day_state
from tests.support import calls_to_rate
from tests.support.calls_to_rate import AT, DAY

Take = Callable[..., dict[str, int] | None]


def count(where: str = "1 = 1") -> int:
    return int(database.read().value(f"SELECT COUNT(*) FROM xdr WHERE {where}"))


def agree(legs: list[RawLeg]) -> None:
    """The table and the balances are what the naive rater says."""
    wanted = calls_to_rate.expected(legs)
    assert (count("reason = 0"), count("reason <> 0")) == (wanted.rated, wanted.mismatched)
    assert {one: amount for one, amount in calls_to_rate.balances().items() if amount} == wanted.balances
    assert balance.differences(database.read()) == []


@pytest.mark.parametrize("shards", [1, 3])
def test_balances_and_rows_are_what_a_naive_rater_says(site: Site, turn: Take, shards: int) -> None:
    legs = calls_to_rate.legs(Random(shards), 400, others=2)
    for at in range(0, 400, 100):
        calls_to_rate.wait(legs[at : at + 100])
    counts = turn(shards=shards)
    wanted = calls_to_rate.expected(legs)
    assert counts == {"legs": 400, "rated": wanted.rated, "mismatched": wanted.mismatched, "repeated": 0}
    agree(legs)
    assert database.read().value("SELECT COUNT(*) FROM xdr_chunk") == 0
    assert turn() is None


def test_what_was_told_lies_there_as_it_was_told(site: Site, turn: Take) -> None:
    told = calls_to_rate.legs(Random(1), 1)[0]._replace(
        session='a\\b\tc"', dst="+44 20 x", name="Zoë\\N", tags=("roaming", "mobile"), pdd=120, scd=340
    )
    calls_to_rate.wait([told])
    turn()
    row = database.read().dicts("SELECT * FROM xdr")[0]
    expected = {
        **{"session": 'a\\b\tc"', "dst": "+44 20 x", "name": "Zoë\\N", "tags": "mobile,roaming"},
        **{"pdd": 120, "scd": 340, "volume": told.volume, "at": told.at, "day": told.at // 86400},
        **{"gateway": "Switch", "src": told.src, "status": int(told.status), "version": 1},
    }
    assert {name: row[name] for name in expected} == expected


def test_a_leg_that_comes_again_counts_once_and_is_said(site: Site, turn: Take) -> None:
    legs = calls_to_rate.legs(Random(2), 100, others=2)
    calls_to_rate.wait([*legs, *legs[:7]])
    counts = turn()
    assert (counts or {})["repeated"] == 7
    calls_to_rate.wait(legs)
    counts = turn()
    assert counts is not None
    assert (counts["repeated"], counts["rated"]) == (100, 0)
    agree(legs)


def test_a_batch_takes_the_oldest_chunks_up_to_its_size(site: Site, turn: Take) -> None:
    legs = calls_to_rate.legs(Random(3), 300)
    for at in range(0, 300, 100):
        calls_to_rate.wait(legs[at : at + 100])
    assert [turn(most=250), turn(most=50)] == [turn_of(legs[:200]), turn_of(legs[200:])]


def turn_of(legs: list[RawLeg]) -> dict[str, int]:
    wanted = calls_to_rate.expected(legs)
    return {"legs": len(legs), "rated": wanted.rated, "mismatched": wanted.mismatched, "repeated": 0}


@pytest.mark.parametrize("done", [0, 1, 2])
def test_a_turn_that_died_between_its_parts_is_taken_up_again(site: Site, turn: Take, done: int) -> None:
    legs = calls_to_rate.legs(Random(4 + done), 300, others=2)
    calls_to_rate.wait(legs)
    die_after(site, done)
    assert count() < 300 or done == 2
    turn()
    agree(legs)
    assert database.read().value("SELECT state FROM rating_batch") == "done"


def die_after(site: Site, parts: int) -> Books:
    """A turn of two parts under fence 0 that does so many of them, and does not end the batch."""
    books = Books()
    begun = database.write(
        lambda tx: batch.begin(tx, fence=0, node="n1", most=10_000, shards=2, now=site.clock.now())
    )
    assert begun is not None
    for each in range(parts):
        assert shard.do(books, order(site, books, begun.id, each)).state == "done"
    return books


def order(site: Site, books: Books, batch_id: int, part: int, fence: int = 0) -> Order:
    return Order(batch_id, part, 2, fence, books.version(), "n1", False, site.clock.now())


def test_rates_that_change_between_the_parts_lose_and_double_nothing(site: Site, turn: Take) -> None:
    """The account goes to a client of the other part, whose turn is over already."""
    legs = calls_to_rate.legs(Random(9), 200, others=2)
    calls_to_rate.wait(legs)
    die_after(site, 1)
    clients: dict[str, int] = dict(database.read().all("SELECT name, id FROM organisation"))
    done = [each for each in clients if clients[each] % 2 == 0]
    other = [each for each in clients if clients[each] % 2 == 1]
    before = count()
    database.write(
        lambda tx: tx.run(
            "UPDATE voice_account SET client_id = ? WHERE client_id = ? AND origin = 'orig'",
            (clients[done[0]], clients[other[0]]),
        )
    )
    database.write(lambda tx: tx.run("UPDATE object_version SET version = version + 1"))
    turn()
    assert (count(), count("reason = 0")) == (200, calls_to_rate.expected(legs).rated)
    assert before < 200
    assert balance.differences(database.read()) == []


def test_a_part_of_an_old_turn_writes_nothing_after_the_next_has_begun(site: Site, turn: Take) -> None:
    legs = calls_to_rate.legs(Random(5), 100, others=2)
    calls_to_rate.wait(legs)
    books = die_after(site, 0)
    database.write(lambda tx: batch.take_up(tx, 1, 7, "n2"))
    assert shard.do(books, order(site, books, 1, 0)).state == "gone"
    assert count() == 0
    assert not database.write(lambda tx: batch.finish(tx, 1, 0, site.clock.now()))


def test_a_turn_that_is_taken_away_leaves_its_batch_to_the_next(site: Site, turn: Take) -> None:
    legs = calls_to_rate.legs(Random(6), 100, others=2)
    calls_to_rate.wait(legs)
    books = Books()

    def taken_away() -> None:
        raise TurnFailed("taken away")

    with pytest.raises(TurnFailed):
        Turn("n1", 1000, 2, books, Here(books), site.clock.now).take(0, taken_away)
    assert count() == 0
    turn()
    agree(legs)


def test_calls_of_a_day_that_is_being_archived_wait_until_it_is_open_again(site: Site, turn: Take) -> None:
    first = calls_to_rate.legs(Random(7), 60, others=2)
    days = {each.at // 86400 for each in first}
    assert len(days) > 1
    database.write(lambda tx: day_state.change(tx, DAY, ("open",), "archiving", "archive", AT))
    calls_to_rate.wait(first)
    turn()
    assert count(f"day = {DAY}") == 0
    assert count() == sum(each.at // 86400 != DAY for each in first)
    assert turn() is None
    database.write(lambda tx: day_state.change(tx, DAY, ("archiving",), "open", "archive", AT))
    while turn():
        pass
    agree(first)


def test_a_leg_that_cannot_be_rated_is_kept_with_its_reason(site: Site, turn: Take) -> None:
    good = calls_to_rate.legs(Random(8), 1)[0]._replace(
        host="192.0.2.1", origin="orig", dst="442071234567", volume=60, status=Status.ANSWERED
    )
    odd: list[tuple[dict[str, Any], Reason]] = [
        ({"at": -5}, Reason.BAD_TIME),
        ({"at": 2**40}, Reason.BAD_TIME),
        ({"volume": -1}, Reason.BAD_VOLUME),
        ({"host": "203.0.113.1"}, Reason.NO_ACCOUNT),
        ({"dst": ""}, Reason.BAD_NUMBER),
        ({"dst": "+"}, Reason.BAD_NUMBER),
        ({"dst": "44abc"}, Reason.BAD_NUMBER),
        ({"dst": "4" * 41}, Reason.BAD_NUMBER),
        ({"dst": "99"}, Reason.NO_CODE),
    ]
    legs = [good._replace(session=str(at), **facts) for at, (facts, _) in enumerate(odd)]
    calls_to_rate.wait([good, *legs])
    turn()
    rows = database.read().all("SELECT session, reason, cost FROM xdr WHERE reason <> 0")
    assert sorted(rows) == [(str(at), int(reason), 0) for at, (_, reason) in enumerate(odd)]
    assert database.read().all("SELECT cost, billed FROM xdr WHERE reason = 0") == [(120_000, 60)]
