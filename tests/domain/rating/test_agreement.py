"""Does the rating agree with a naive rater, leg by leg, whatever the site and the calls are?

``TICKWORKS_TEST_RATINGS=1000000`` takes as many calls; TICKWORKS_TEST_SEED sets the seed.
"""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from domain.rating.at_work import Reason
from domain.rating.book import Book
from domain.rating.currency import DayRates
from domain.rating.legs import Legs
from domain.rating.rating import Rated, rate
from domain.rating.tariff import Tariff
from tests.domain.rating import universe
from tests.domain.rating.naive import Answer, NaiveRater, Site

CALLS = int(os.environ.get("TICKWORKS_TEST_RATINGS") or 5_000)
SEED = int(os.environ.get("TICKWORKS_TEST_SEED") or Random().randrange(2**31))
AT_ONCE = 250
#: The naive rater knows no limit, the real one does.
MOST = Decimal(10**12)


def book(site: Site) -> Book:
    day_rates = DayRates.of(site.base, site.day_rates, currencies=universe.CURRENCIES, carry=site.carry)
    tariff = Tariff.of(site.tables, site.rates, site.profiles)
    return Book.of(site.clients, site.accounts, tariff, day_rates, site.rules)


@pytest.mark.timeout(180 + CALLS // 500)
def test_a_naive_rater_agrees_on_every_call() -> None:
    print(f"TICKWORKS_TEST_SEED={SEED}")
    met: Counter[str] = Counter()
    for number in range(max(1, CALLS // AT_ONCE)):
        random = Random(f"{SEED}/{number}")
        site = universe.site(random)
        naive = NaiveRater(site)
        legs = [universe.leg(random) for _ in range(AT_ONCE)]
        rated = rate(book(site), Legs.of(legs))
        additive = of_rows(rated)
        for row, leg in enumerate(legs):
            answer = naive.rate(leg)
            met[answer.reason] += 1
            problem = difference(answer, rated, row, additive.get(row, []))
            assert not problem, f"site {number}, {leg}: {problem}"
    print(dict(met))
    assert met["RATED"] > CALLS / 20  # else nothing was tried
    if CALLS >= 100_000:
        assert set(met) >= {each.name for each in Reason} - {"TOO_LARGE"}


def of_rows(rated: Rated) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for rows, ids, _ in rated.additive:
        for row, one in zip(rows.tolist(), ids.tolist(), strict=True):
            found.setdefault(row, []).append(one)
    return found


def difference(answer: Answer, rated: Rated, row: int, additive: list[int]) -> str:
    """What differs; "" if nothing does."""
    reason = Reason(int(rated.reason[row])).name
    if reason == "TOO_LARGE":
        return "" if max(abs(answer.charge), abs(answer.cost)) > MOST else f"too large: {answer}"
    tags = rated.sets[int(rated.tags[row])]
    expected = (answer.reason, answer.rule, answer.account, answer.code, answer.rate, answer.tags)
    found = (
        *(reason, none(rated.rule[row]), none(rated.account[row])),
        *(None if rated.code[row] < 0 else rated.codes[int(rated.code[row])], none(rated.rate[row]), tags),
    )
    if expected != found:
        return f"expected {expected}, found {found}"
    amounts = (answer.billed, answer.charge, answer.cost, answer.additive)
    charge, cost = (Decimal(int(column[row])).scaleb(-6) for column in (rated.charge, rated.cost))
    if amounts != (int(rated.billed[row]), charge, cost, additive):
        return f"expected {amounts}, found {(int(rated.billed[row]), charge, cost, additive)}"
    return ""


def none(identity: int) -> int | None:
    return None if identity == -1 else int(identity)
