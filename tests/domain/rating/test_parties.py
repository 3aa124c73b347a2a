"""Is a call given to the right account, in the right currency, by the rules in their order?"""

from __future__ import annotations

from typing import Any

import pytest

from domain.rating.account import Account, Client, Edit, Translation
from domain.rating.at_work import Reason
from domain.rating.book import Book
from domain.rating.currency import DayRate
from domain.rating.rate import Rate, RateTable
from domain.rating.rule import Rule, Stage, Verdict
from domain.rating.time_profile import DAY
from tests.domain.rating.asked import EURO, HOST, ask, book

ANY = [Rate(1, 1, "", EURO)]


def of(*accounts: Account, **more: Any) -> Book:
    return book(ANY, accounts=accounts, **more)


def test_address_then_name_then_number_then_pin_says_whose_a_call_is() -> None:
    kinds = {"ip": HOST, "name": "alice", "number": "+49301", "pin": "1234"}
    asked = of(*(Account(at, 1, *kind) for at, kind in enumerate(kinds.items(), 1)))
    facts: dict[str, Any] = {"name": "alice", "src": "49301", "pin": "1234"}
    found = []
    for dropped in (None, "host", "name", "src", "pin"):
        if dropped:
            facts[dropped] = ""
        found.append(ask(asked, "44", **facts).account)
    assert found == [1, 2, 3, 4, -1]


@pytest.mark.parametrize(
    ("dst", "account", "left"), [("44", 1, "44"), ("9#44", 2, "44"), ("9#944", 3, "44"), ("9", 1, "9")]
)
def test_the_longest_tech_prefix_says_whose_it_is_and_is_cut_off(dst: str, account: int, left: str) -> None:
    said = ask(of(*(Account(at, 1, "ip", HOST, each) for at, each in enumerate(("", "9#", "9#9"), 1))), dst)
    assert (said.account, said.dst) == (account, left)


def test_an_account_of_a_gateway_is_before_one_of_any() -> None:
    asked = of(Account(1, 1, "ip", HOST), Account(2, 1, "ip", HOST, gateway="east"))
    assert [ask(asked, "44", gateway=each).account for each in ("", "west", "east")] == [1, 1, 2]


def test_customer_and_vendor_legs_have_accounts_and_tables_of_their_own() -> None:
    clients = [Client(1, "EUR", orig_table=1, term_table=2)]
    accounts = [Account(1, 1, "ip", HOST), Account(2, 1, "ip", HOST, origin="term")]
    rates = [Rate(1, 1, "44", 1), Rate(2, 2, "44", 1)]
    tables = [RateTable(1, "EUR"), RateTable(2, "EUR")]
    asked = book(rates, tables=tables, clients=clients, accounts=accounts)
    assert [ask(asked, "44", origin=each).rate for each in ("orig", "term")] == [1, 2]


@pytest.mark.parametrize("host", ["2001:db8::a", "2001:0DB8:0:0::000A", " 2001:db8::a "])
def test_an_address_may_be_written_in_any_way(host: str) -> None:
    assert ask(of(Account(1, 1, "ip", "2001:DB8::A")), "44", host=host).account == 1


def test_an_accounts_own_table_is_before_its_clients_and_none_is_said_so() -> None:
    tables = [RateTable(1, "EUR"), RateTable(2, "EUR")]
    rates = [Rate(1, 1, "44", 1), Rate(2, 2, "44", 1)]
    own = book(rates, tables=tables, accounts=[Account(1, 1, "ip", HOST, table=2)])
    assert ask(own, "44").rate == 2
    assert ask(book(rates, tables=tables, clients=[Client(1, "EUR")]), "44").reason is Reason.NO_TABLE


def test_the_first_translation_that_fits_makes_a_plain_number() -> None:
    german = (
        Translation("dst", "00", Edit(2)),
        Translation("dst", "0", Edit(1, "49"), shortest=4),
        Translation("src", "0", Edit(1, "49")),
    )
    asked = of(Account(1, 1, "ip", HOST, "9#", translations=german))
    dialled = ("9#00442012", "9#03012", "9#012", "9#44")
    assert [ask(asked, each).dst for each in dialled] == ["442012", "493012", "012", "44"]


def test_rules_go_by_stage_then_order_and_see_what_was_done_before() -> None:
    rules = [
        Rule(3, Stage.AFTER_CLIENT, 1, dst=("49",), verdict=Verdict.DENY),
        Rule(2, Stage.AFTER_CLIENT, 0, tags=frozenset({"seen"}), edit_dst=Edit(1, "49")),
        Rule(1, Stage.INITIAL, 9, add_tags=frozenset({"seen"})),
    ]
    said = ask(of(Account(1, 1, "ip", HOST), rules=rules), "030")
    assert (said.reason, said.rule, said.dst, said.tags) == (Reason.DENIED, 3, "4930", {"seen"})


def test_allow_ends_its_stage_alone() -> None:
    rules = [
        Rule(1, Stage.INITIAL, 1, verdict=Verdict.ALLOW),
        Rule(2, Stage.INITIAL, 2, verdict=Verdict.DENY),
        Rule(3, Stage.AFTER_RATE, code=("44",), verdict=Verdict.DENY),
    ]
    asked = book([Rate(1, 1, "4", 1), Rate(2, 1, "44", 1)], rules=rules)
    assert [ask(asked, each).rule for each in ("45", "441")] == [-1, 3]


def test_a_rule_counts_for_calls_that_begin_before_its_end() -> None:
    asked = book(ANY, rules=[Rule(1, Stage.INITIAL, until=100, verdict=Verdict.DENY)])
    assert [ask(asked, "44", at=at).reason for at in (99, 100)] == [Reason.DENIED, Reason.RATED]


def test_a_cost_is_in_the_clients_currency_by_the_rate_of_the_day() -> None:
    rates = [
        DayRate("USD", 10, 1_100_000_000),
        DayRate("USD", 11, 1_250_000_000),
        DayRate("JPY", 10, 160 * 10**9),
    ]
    tables = [RateTable(1, "USD")]
    for currency, day, cost in (
        ("EUR", 10, 909_091),
        ("EUR", 11, 800_000),
        ("JPY", 10, 145_454_545),
        ("USD", 10, 10**6),
    ):
        asked = book(ANY, tables=tables, clients=[Client(1, currency, 1)], day_rates=rates)
        assert ask(asked, "44", at=day * DAY + DAY - 1).cost == cost


@pytest.mark.parametrize(
    ("day", "reason"), [(9, "NO_DAY_RATE"), (10, "RATED"), (12, "RATED"), (13, "NO_DAY_RATE")]
)
def test_a_day_rate_is_carried_over_so_many_days_and_no_more(day: int, reason: str) -> None:
    asked = book(ANY, tables=[RateTable(1, "USD")], day_rates=[DayRate("USD", 10, EURO)], carry=2)
    said = ask(asked, "44", at=day * DAY)
    assert said.reason.name == reason
    assert said.charge == 10**6  # in the table's currency it is known all the same


def test_no_currency_takes_the_day_rate_of_another_however_long_they_are_carried() -> None:
    tables, rates = [RateTable(1, "USD")], [DayRate("JPY", 10, EURO)]
    asked = book(ANY, tables=tables, day_rates=rates, currencies=["USD"], carry=10**7)
    assert ask(asked, "44", at=20 * DAY).reason is Reason.NO_DAY_RATE
