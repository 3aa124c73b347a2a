"""All that legs are rated by, from the objects of the site: read as a whole, and again after a change.

What is archived is left out, as if it had never been; a rate that shall go on for old calls is ended by
its `until`. A client's id is that of its organisation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from config.secrets import SecretError
from domain.money import Rounding
from domain.objects.voice import STAGES
from domain.rating.account import Account, Client, Edit
from domain.rating.book import Book
from domain.rating.currency import DayRate, DayRates
from domain.rating.notation import spans, translation
from domain.rating.rate import Rate, RateTable
from domain.rating.rule import Rule, Verdict
from domain.rating.tariff import Tariff
from domain.rating.time_profile import TimeProfile
from store import secret
from store.object import version as objects
from store.tx import Tx

#: Opens the PIN of an account: `store.secret.follow`, or a test's.
Open = Callable[[str], str]
_EPOCH = date(1970, 1, 1)
#: Readings of objects that change under one's hands.
_TRIES = 3


class Loaded(NamedTuple):
    """The book, and a line for each object that could not be taken into it."""

    book: Book
    left_out: tuple[str, ...]


def version(tx: Tx) -> int:
    """Differs once anything was written that legs are rated by; one row is read."""
    return objects.now(tx, "rating")


def has_secrets(tx: Tx) -> bool:
    """Whether the book is also of secrets, which each node reads for itself: then theirs may differ."""
    return bool(tx.value("SELECT 1 FROM voice_account WHERE kind = 'pin' AND archived_at IS NULL LIMIT 1"))


def load(tx: Tx, follow: Open = secret.follow) -> Book:
    """The book as the objects are now. Raises ValueError, one line, for objects that cannot be rated by."""
    return load_all(tx, follow).book


def load_all(tx: Tx, follow: Open = secret.follow) -> Loaded:
    """The same, with what was left out: accounts without a voice client, or whose PIN cannot be read."""
    for _ in range(_TRIES):
        mark = version(tx)
        try:
            return _loaded(tx, follow)
        except ValueError:
            # What was archived while it was read may be missing to what was read before.
            if version(tx) == mark:
                raise
    return _loaded(tx, follow)


def _loaded(tx: Tx, follow: Open) -> Loaded:
    clients, currencies = _clients(tx), _codes(tx)
    accounts, left_out = _accounts(tx, {each.id for each in clients}, follow)
    tables = _tables(tx)
    tariff = Tariff.of(tables, _rates(tx), _profiles(tx))
    return Loaded(Book.of(clients, accounts, tariff, _day_rates(tx, currencies), _rules(tx)), left_out)


def _codes(tx: Tx) -> list[str]:
    return [code for (code,) in tx.all("SELECT code FROM currency WHERE archived_at IS NULL ORDER BY code")]


def _day_rates(tx: Tx, currencies: Iterable[str]) -> DayRates:
    base = tx.one("SELECT code, carry_days FROM currency WHERE is_base AND archived_at IS NULL")
    code, carry = base or ("", 7)
    rows = tx.all(
        """SELECT c.code, d.day, d.per_base FROM day_rate d JOIN currency c ON c.id = d.currency_id
           WHERE d.archived_at IS NULL AND c.archived_at IS NULL AND c.code <> ?""",
        (code,),
    )
    rates = [DayRate(name, (date.fromisoformat(day) - _EPOCH).days, price) for name, day, price in rows]
    return DayRates.of(code, rates if base else (), currencies=currencies, carry=carry)


def _profiles(tx: Tx) -> list[TimeProfile]:
    rows = tx.all("SELECT name, zone, spans FROM time_profile WHERE archived_at IS NULL")
    return [TimeProfile(name, ZoneInfo(zone), spans(json.loads(hours))) for name, zone, hours in rows]


def _tables(tx: Tx) -> list[RateTable]:
    rows = tx.all(
        """SELECT t.id, c.code, t.parent_id, t.rounding, t.minimum_over_grace
           FROM rate_table t JOIN currency c ON c.id = t.currency_id
           WHERE t.archived_at IS NULL ORDER BY t.id"""
    )
    return [
        RateTable(number, currency, parent, Rounding(rounding), bool(over))
        for number, currency, parent, rounding, over in rows
    ]


def _rates(tx: Tx) -> list[Rate]:
    """In the order of the fields of `Rate`."""
    rows = tx.all(
        """SELECT r.id, r.rate_table_id, r.code, r.price, r.since, r.until, r.unit, r.setup, r.minimum,
                  r.interval, r.grace, r.src_code, r.tag, COALESCE(p.name, ''), r.additive
           FROM rate r LEFT JOIN time_profile p ON p.id = r.time_profile_id
           WHERE r.archived_at IS NULL"""
    )
    return list(map(Rate._make, rows))


def _clients(tx: Tx) -> list[Client]:
    rows = tx.all(
        """SELECT v.organisation_id, c.code, v.orig_table_id, v.term_table_id
           FROM voice_client v JOIN currency c ON c.id = v.currency_id
           WHERE v.archived_at IS NULL ORDER BY v.organisation_id"""
    )
    return list(map(Client._make, rows))


def _accounts(tx: Tx, clients: set[int], follow: Open) -> tuple[list[Account], tuple[str, ...]]:
    rows = tx.dicts(
        """SELECT a.*, g.name AS gateway FROM voice_account a LEFT JOIN gateway g ON g.id = a.gateway_id
           WHERE a.archived_at IS NULL ORDER BY a.id"""
    )
    found, left_out = [], []
    pins: set[tuple[Any, ...]] = set()
    for row in rows:
        if row["client_id"] not in clients:
            left_out.append(f"account {row['name']}: its organisation is no voice client")
            continue
        value = row["value"]
        if row["kind"] == "pin":
            try:
                value = follow(row["pin"])
            except SecretError as error:
                left_out.append(f"account {row['name']}: its PIN cannot be read: {error}")
                continue
            calls = (row["origin"], value, row["tech_prefix"], row["gateway"])
            if calls in pins:
                left_out.append(f"account {row['name']}: another has the same PIN, and was there before")
                continue
            pins.add(calls)
        found.append(_account(row, value))
    return found, tuple(left_out)


def _account(row: dict[str, Any], value: str) -> Account:
    return Account(
        row["id"],
        row["client_id"],
        row["kind"],
        value,
        row["tech_prefix"],
        row["gateway"] or "",
        row["origin"],
        row["rate_table_id"],
        tuple(translation(text) for text in json.loads(row["translations"])),
        frozenset(json.loads(row["tags"])),
    )


def _rules(tx: Tx) -> list[Rule]:
    rows = tx.dicts(
        """SELECT r.*, g.name AS gateway FROM traffic_rule r LEFT JOIN gateway g ON g.id = r.gateway_id
           WHERE r.archived_at IS NULL AND r.enabled"""
    )
    return [_rule(row) for row in rows]


def _rule(row: dict[str, Any]) -> Rule:
    def one(value: Any) -> frozenset[Any]:
        return frozenset(() if value is None else (value,))

    lists = {name: json.loads(row[name]) for name in ("tags", "dst", "not_dst", "src", "not_src", "codes")}
    return Rule(
        id=row["id"],
        stage=STAGES[row["stage"]],
        order=row["position"],
        until=row["until"],
        origins=one(None if row["origin"] == "any" else row["origin"]),
        gateways=one(row["gateway"]),
        clients=one(row["client_id"]),
        accounts=one(row["account_id"]),
        tags=frozenset(lists["tags"]),
        dst=tuple(lists["dst"]),
        not_dst=tuple(lists["not_dst"]),
        src=tuple(lists["src"]),
        not_src=tuple(lists["not_src"]),
        code=tuple(lists["codes"]),
        add_tags=frozenset(json.loads(row["add_tags"])),
        edit_dst=Edit(row["strip_dst"], row["add_dst"]),
        edit_src=Edit(row["strip_src"], row["add_src"]),
        verdict=Verdict(row["verdict"]),
    )
