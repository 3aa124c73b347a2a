"""The sample carrier: two customers and two vendors, a switch, 20,000 codes with rates, a folder.

Nobody in it exists. Addresses are of 192.0.2.0/24 (RFC 5737), numbers have areas that nobody has.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from domain.sample.codes import deck
from domain.sample.hosting import Entry

CARRIER = "Sample Carrier"
#: Organisation -> the address that its calls come from, or go to.
CUSTOMERS = {"Calling Customer": "192.0.2.11", "Card Customer": "192.0.2.12"}
VENDORS = {"Route Vendor": "192.0.2.21", "Network Vendor": "192.0.2.22"}
GATEWAY = "Sample switch"
#: Below the site's data.
FOLDER = "calls/sample"
DECK, RETAIL, SPECIAL = "Sample deck", "Sample retail", "Sample special"
#: Days before today that have a day rate.
DAYS = 14
#: One in so many codes has a rate of its own in a table; the others have that of their country.
_SHARE = {RETAIL: 3, "Sample routes": 2, "Sample network": 2}


def carrier(today: date) -> list[Entry]:
    """All its objects but codes and rates, each behind those that it refers to."""
    return [*_parties(), *_money(today), *_tables(), *_clients(), *_switch()]


def many() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Its codes and rates, by kind: too many to be written one by one."""
    codes = deck()
    yield (
        "code",
        [{"deck": DECK, "code": each.code, "title": each.title, "country": each.country} for each in codes],
    )
    for number, (table, share) in enumerate(_SHARE.items()):
        rng = random.Random(number)
        rates = []
        for each in codes:
            whole = "," not in each.title
            if whole or rng.randrange(share) == 0:
                price = rng.uniform(0.004, 0.05) * (3 if each.mobile else 1) * (1.6 if table == RETAIL else 1)
                rates.append(_rate(table, each.code, price))
        yield "rate", rates
    yield "rate", [{**_rate(SPECIAL, "44", 0.005), "setup": "0.01", "minimum": 30, "interval": 30}]


def _rate(table: str, code: str, price: float) -> dict[str, Any]:
    steps = {"minimum": 0, "interval": 1} if table == RETAIL else {"minimum": 30, "interval": 6}
    return {"rate_table": table, "code": code, "price": f"{price:.4f}", **steps}


def _parties() -> Iterator[Entry]:
    yield "organisation", {"name": CARRIER, "kind": "provider", "currency": "EUR"}
    for kind, names in (("customer", CUSTOMERS), ("vendor", VENDORS)):
        for name in names:
            mail = f"office@{name.lower().replace(' ', '-')}.example.org"
            yield (
                "organisation",
                {"name": name, "kind": kind, "parent": CARRIER, "email": mail, "currency": "EUR"},
            )


def _money(today: date) -> Iterator[Entry]:
    yield "currency", {"code": "EUR", "title": "Euro", "is_base": True, "carry_days": 365}
    yield "currency", {"code": "USD", "title": "US dollar"}
    rng = random.Random(3)
    for back in range(DAYS, -1, -1):
        day = (today - timedelta(days=back)).isoformat()
        yield "day_rate", {"currency": "USD", "day": day, "per_base": f"{rng.uniform(1.05, 1.2):.4f}"}


def _tables() -> Iterator[Entry]:
    yield "code_deck", {"name": DECK}
    yield "time_profile", {"name": "Sample nights", "zone": "UTC", "spans": ["mon-sun 20:00-06:00"]}
    yield "rate_table", {"name": RETAIL, "currency": "EUR", "deck": DECK}
    yield "rate_table", {"name": SPECIAL, "currency": "EUR", "deck": DECK, "parent": RETAIL}
    yield "rate_table", {"name": "Sample routes", "currency": "EUR", "deck": DECK, "rounding": "half_up"}
    yield "rate_table", {"name": "Sample network", "currency": "USD", "deck": DECK}


def _clients() -> Iterator[Entry]:
    yield "gateway", {"name": GATEWAY, "addresses": ["192.0.2.1"], "note": "Its calls are made up."}
    for name, table in zip(CUSTOMERS, (RETAIL, SPECIAL), strict=True):
        values = {"organisation": name, "currency": "EUR", "orig_table": table, "credit": "500"}
        yield "voice_client", values
        yield _account(name, CUSTOMERS[name], "orig")
    for name, table in zip(VENDORS, ("Sample routes", "Sample network"), strict=True):
        yield "voice_client", {"organisation": name, "currency": "EUR", "term_table": table}
        yield _account(name, VENDORS[name], "term")


def _account(name: str, address: str, origin: str) -> Entry:
    return "voice_account", {"name": f"{name} trunk", "client": name, "value": address, "origin": origin}


def _switch() -> Iterator[Entry]:
    yield (
        "traffic_rule",
        {
            "name": "Sample premium numbers",
            "stage": "after_client",
            "dst": ["90900"],
            "origin": "orig",
            "verdict": "deny",
        },
    )
    values = {"gateway": GATEWAY, "folder": FOLDER, "mask": "*.csv", "finished_after": 5}
    yield "collector", {"name": GATEWAY, **values}
