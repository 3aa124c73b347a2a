"""A small site to ask: one client with a table, known by its address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.rating.account import Account, Client
from domain.rating.at_work import Reason
from domain.rating.book import Book
from domain.rating.currency import DayRate, DayRates
from domain.rating.legs import Leg, Legs
from domain.rating.rate import Rate, RateTable
from domain.rating.rating import rate
from domain.rating.rule import Rule
from domain.rating.tariff import Tariff
from domain.rating.time_profile import TimeProfile

HOST = "192.0.2.1"
EURO = 10**9


@dataclass(frozen=True)
class Said:
    """What became of one leg."""

    reason: Reason
    account: int
    code: str
    rate: int
    billed: int
    charge: int
    cost: int
    dst: str
    tags: frozenset[str]
    rule: int


def book(
    rates: Iterable[Rate],
    *,
    tables: Sequence[RateTable] = (RateTable(1, "EUR"),),
    clients: Sequence[Client] = (Client(1, "EUR", orig_table=1),),
    accounts: Sequence[Account] = (Account(1, 1, "ip", HOST),),
    profiles: Sequence[TimeProfile] = (),
    day_rates: Iterable[DayRate] = (),
    currencies: Iterable[str] = (),
    carry: int = 7,
    rules: Iterable[Rule] = (),
) -> Book:
    tariff = Tariff.of(tables, rates, profiles)
    return Book.of(
        clients, accounts, tariff, DayRates.of("EUR", day_rates, currencies=currencies, carry=carry), rules
    )


def ask(book: Book, dst: str, at: int = 0, volume: int = 60, **facts: Any) -> Said:
    rated = rate(book, Legs.of([Leg(at, volume, dst, **{"host": HOST, **facts})]))
    code = int(rated.code[0])
    return Said(
        Reason(int(rated.reason[0])),
        int(rated.account[0]),
        rated.codes[code] if code >= 0 else "",
        int(rated.rate[0]),
        int(rated.billed[0]),
        int(rated.charge[0]),
        int(rated.cost[0]),
        rated.dst.texts()[0],
        rated.sets[int(rated.tags[0])],
        int(rated.rule[0]),
    )
