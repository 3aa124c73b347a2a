"""Do the children of the calculator do their parts, and does the death of one cost nothing?"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from random import Random

import pytest

from actors.calculating.books import Books
from actors.calculating.pool import Pool
from actors.calculating.turn import Turn, TurnFailed
from node.site import Site
from store import database
from tests.actors.calculating.test_turn import agree
from tests.support import calls_to_rate
from tests.support.object_site import add
from tests.support.until import until
from tests.support.voice_site import account


@pytest.fixture
def pool(site: Site) -> Iterator[Pool]:
    made = Pool(2, database.url())
    yield made
    made.close()


def test_children_rate_and_book_what_one_process_would(site: Site, pool: Pool) -> None:
    add(site, "organisation", name="Cards", kind="customer")
    add(site, "voice_client", organisation="Cards", currency="EUR", orig_table="Retail")
    account(site, "Card", "Cards", kind="pin", pin="4711")
    legs = calls_to_rate.legs(Random(1), 300, others=2)
    legs += [each._replace(session=f"{each.session}c", host="", pin="4711") for each in legs[:50]]
    calls_to_rate.wait(legs)
    counts = turn(site, pool).take(1, lambda: None)
    assert (counts or {})["legs"] == 350
    agree(legs)


def test_a_child_that_is_killed_is_replaced_and_its_part_done_again(site: Site, pool: Pool) -> None:
    legs = calls_to_rate.legs(Random(2), 300, others=2)
    calls_to_rate.wait(legs[:200])
    turn(site, pool).take(1, lambda: None)
    victim = pool.pids()[0]
    os.kill(victim, signal.SIGKILL)
    calls_to_rate.wait(legs[200:])

    def done() -> bool:
        try:
            turn(site, pool).take(next(fences), lambda: None)
        except TurnFailed:
            return False
        return True

    fences = iter(range(2, 100))
    until(done, "the batch is rated")
    agree(legs)
    assert victim not in pool.pids()


def test_children_end_with_the_calculator(site: Site) -> None:
    pool = Pool(2, database.url())
    calls_to_rate.wait(calls_to_rate.legs(Random(3), 20))
    turn(site, pool).take(1, lambda: None)
    pids = pool.pids()
    assert len(pids) == 2
    pool.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def turn(site: Site, pool: Pool) -> Turn:
    return Turn("n1", 10_000, 2, Books(), pool, site.clock.now)
