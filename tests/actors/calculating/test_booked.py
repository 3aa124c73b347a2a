"""Is what legs cost added up to the unit?"""

from __future__ import annotations

from random import Random

import numpy as np

from actors.calculating.shard import lines
from domain.calls.row import Rows
from domain.rating.arrays import NONE
from domain.rating.book import Book
from domain.rating.rate import Rate
from store.calls.balance import SIGNS, Line
from tests.domain.rating.asked import EURO, book

KNOWN: Book = book([Rate(1, 1, "", EURO)])


def rows(cost: list[int], origin: list[int], client: list[int], reason: list[int]) -> Rows:
    columns = {"at": cost, "cost": cost, "origin": origin, "client_id": client, "reason": reason}
    return Rows({name: np.array(values, np.int64) for name, values in columns.items()})


def test_sums_of_any_size_and_sign_are_those_of_single_amounts() -> None:
    random = Random(7)
    many = 400
    cost = [random.choice((0, 1, -1, 2**62, -(2**62), random.randrange(2**63))) for _ in range(many)]
    origin, client = ([random.randrange(most) for _ in range(many)] for most in (2, 5))
    wanted: dict[int, int] = {}
    for amount, side, whose in zip(cost, origin, client, strict=True):
        wanted[whose] = wanted.get(whose, 0) + SIGNS[side] * amount
    currencies = dict.fromkeys(range(5), "EUR")
    found = lines(KNOWN, rows(cost, origin, client, [0] * many), "calls", currencies=currencies)
    assert found == [Line(whose, "calls", "EUR", wanted[whose]) for whose in range(5)]
    assert max(map(abs, wanted.values())) > 2**63


def test_what_has_no_charge_or_no_client_is_not_booked() -> None:
    assert lines(KNOWN, rows([5, 6, 7], [0, 0, 0], [1, 1, NONE], [0, 3, 0]), "calls") == [
        Line(1, "calls", "EUR", -5)
    ]
    assert lines(KNOWN, rows([6], [0], [1], [3]), "calls") == []
