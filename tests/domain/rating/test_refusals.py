"""Is what cannot be rated by refused when it is read, in one line that names it?"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from domain.rating.account import Account, Client, Edit, Translation
from domain.rating.codes import flatten
from domain.rating.currency import DayRate
from domain.rating.rate import Rate, RateTable
from domain.rating.rule import Rule, Stage
from domain.rating.time_profile import Span, TimeProfile
from tests.domain.rating.asked import HOST, book

GOOD = Rate(7, 1, "44", 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "+44"},
        {"code": "44a"},
        {"code": "1" * 19},
        {"src_code": "4.42E+10"},
        {"table": 2},
        {"profile": "night"},
        {"interval": 0},
        {"unit": 0},
        {"minimum": -1},
        {"grace": -1},
        {"grace": 2**40},
        {"since": -1},
        {"since": 2**33},
        {"since": 10, "until": 10},
        {"until": 2**33},
        {"price": 2**62},
        {"setup": -(2**62)},
        {"price": 2**70},
    ],
    ids=str,
)
def test_a_rate_that_is_wrong_is_named(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^rate 7 of code .*") as refused:
        book([Rate(1, 1, "1", 1), GOOD._replace(**changed)])
    assert str(next(iter(changed.values()))).splitlines()[0] in str(refused.value) or "until" in changed


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"tables": [RateTable(1, "EUR", parent=2)]}, "no parent 2"),
        ({"tables": [RateTable(1, "EUR", 2), RateTable(2, "EUR", 1)]}, "circle: 1 > 2 > 1"),
        ({"tables": [RateTable(1, "XXX")]}, "no currency 'XXX'"),
        ({"clients": [Client(1, "EUR", 9)]}, "account 1: there is no rate table 9"),
        ({"accounts": [Account(1, 5, "ip", HOST)]}, "account 1: there is no client 5"),
        ({"accounts": [Account(1, 1, "ip", "300.0.0.1")]}, "'300.0.0.1' is no ip"),
        ({"accounts": [Account(1, 1, "number", "alice")]}, "is no number"),
        ({"accounts": [Account(1, 1, "fax", "1")]}, "'fax' is none of ip, name"),
        (
            {"accounts": [Account(1, 1, "ip", "::ffff:192.0.2.1"), Account(2, 1, "ip", HOST)]},
            "accounts 1 and 2 mean the same calls",
        ),
        (
            {"accounts": [Account(1, 1, "ip", HOST, translations=(Translation("dst", "0", Edit(-1)),))]},
            "cannot be carried out",
        ),
        ({"day_rates": [DayRate("USD", 1, 0)]}, "0 is no rate"),
        ({"rules": [Rule(4, Stage.INITIAL, clients=frozenset({1}))]}, "traffic rule 4"),
        ({"rules": [Rule(4, Stage.AFTER_CLIENT, code=("44",))]}, "traffic rule 4"),
        ({"rules": [Rule(4, Stage.AFTER_RATE, edit_dst=Edit(1))]}, "traffic rule 4"),
    ],
)
def test_a_book_that_does_not_hang_together_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as refused:
        book([], **given)
    assert said in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_time_profile_with_an_eighth_day_is_refused() -> None:
    from zoneinfo import ZoneInfo

    with pytest.raises(ValueError, match="time profile odd"):
        TimeProfile("odd", ZoneInfo("UTC"), (Span(7, 0, 10),))


def test_more_tables_than_one_index_holds_are_refused() -> None:
    import numpy as np

    column = np.array([3], np.int64)
    with pytest.raises(ValueError, match="4 rate tables with codes of 18 digits"):
        flatten(column, column, np.array([18], np.int64))


def test_who_does_not_rate_does_not_load_numpy() -> None:
    asked = "import sys, domain.rating.rating, domain.rating.book; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked]).returncode == 0
