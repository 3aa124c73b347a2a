"""Is a page of calls right, and does its cost stay the same however many calls the day has?"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from store import database
from store.calls import listed, meta
from store.calls.listed import Place, Search
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW, Row

CLIENTS = (None, 1, 2, 7)
SEARCHES = (
    Search(DAY - 6, DAY),
    Search(DAY - 1, DAY, client_id=2),
    Search(DAY - 6, DAY, number="441"),
    Search(DAY - 6, DAY, client_id=7, number="442"),
    Search(DAY - 6, DAY, status=2),
    Search(DAY - 6, DAY, origin=1, gateway="g2"),
    Search(DAY - 6, DAY, mismatched=True),
    Search(DAY - 6, DAY, reason=5),
)


def calls(chance: random.Random, many: int, day: int) -> list[Row]:
    """Of one day."""
    found = []
    for _ in range(many):
        client = chance.choice(CLIENTS)
        reason = chance.choice((0, 0, 0, 5)) if client else 4
        more = {"status": chance.choice((1, 2)), "gateway": chance.choice(("g1", "g2"))}
        number = f"44{chance.randrange(10**4):04}"
        found.append(
            Row(
                at=day * 86400 + chance.randrange(86400),
                client_id=client,
                reason=reason,
                origin=chance.randrange(2),
                dst=number,
                more=more,
            )
        )
    return found


def matches(search: Search, row: dict[str, object]) -> bool:
    """What each given value of a search means, one call after the other."""
    asked: dict[str, object] = {
        "client_id": search.client_id,
        "status": search.status,
        "origin": search.origin,
    }
    asked |= {"reason": search.reason, "gateway": search.gateway or None}
    return (
        all(value is None or row[name] == value for name, value in asked.items())
        and search.first <= int(str(row["day"])) <= search.last
        and str(row["dst"]).startswith(search.number)
        and bool(row["reason"] or not search.mismatched)
    )


@pytest.mark.usefixtures("engine_database")
@pytest.mark.parametrize("counted", [True, False], ids=["counted", "days whose ends lie far apart"])
def test_pages_hold_what_was_asked_for_newest_first(counted: bool) -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(2**32)))
    print(f"seed {seed}")
    chance = random.Random(seed)
    for day in (DAY - 2, DAY - 1, DAY, DAY - 2, DAY):
        call_rows.batch(calls(chance, chance.randrange(60, 200), day))
    database.write(partial(meta.count, fence=1, now=NOW, most=10**6))
    if not counted:
        database.write(lambda tx: tx.run("UPDATE call_day SET legs = 1"))
    rows = sorted(call_rows.table("xdr"), key=lambda row: (row["day"], row["id"]), reverse=True)
    for search in SEARCHES:
        expected = [(row["day"], row["id"]) for row in rows if matches(search, dict(row))]
        assert expected, search
        found, place = [], None
        size = chance.choice((1, 7, 50)) if len(expected) < 100 else 50
        while True:
            page, place = listed.page(database.read(), search, size, place)
            found += [(row["day"], row["id"]) for row in page]
            if place is None:
                break
        assert found == expected, search


def steps(work: Callable[[], object]) -> int:
    """Hundreds of steps of SQLite's machine: what is read, whatever the clock says."""
    done = 0

    def count() -> int:
        nonlocal done
        done += 1
        return 0

    database.connection().set_progress_handler(count, 100)
    work()
    database.connection().set_progress_handler(None, 0)
    return done


@pytest.mark.usefixtures("sqlite_engine_database")
@pytest.mark.parametrize("counted", [True, False], ids=["counted", "not yet counted"])
def test_a_page_of_a_large_day_costs_what_one_of_a_small_day_costs(counted: bool) -> None:
    chance = random.Random(1)
    small, large = DAY - 2, DAY - 1
    for day, many in ((small, 800), (large, 12_800), (DAY, 800)):
        call_rows.batch(calls(chance, many, day))
    database.write(partial(meta.count, fence=1, now=NOW, most=10**6))
    if not counted:
        database.write(lambda tx: tx.run("UPDATE call_day SET legs = 1"))
    tx = database.read()
    middle = {
        day: Place(day, tx.value("SELECT (MIN(id) + MAX(id)) / 2 FROM xdr WHERE day = ?", (day,)))
        for day in (small, large)
    }
    asked: tuple[dict[str, Any], ...] = ({}, {"client_id": 2}, {"mismatched": True}, {"status": 2})
    for values in asked:
        for place in ({}, middle):
            cost = [
                steps(partial(listed.page, tx, Search(day, day, **values), 50, place.get(day)))
                for day in middle
            ]
            assert cost[1] <= 2 * cost[0], (values, bool(place))
    cost = [steps(partial(listed.one, tx, *place)) for place in middle.values()]
    assert cost[1] <= 2 * cost[0] + 1
