"""Calls for the customer and the vendor of `voice_site`, and what a naive rater makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from domain.calls.raw import RawLeg, RawLegs, Status
from domain.rating.currency import DayRate
from domain.rating.legs import Leg
from node.site import Site
from store import database, secret
from store.calls import chunk
from store.rating import book
from tests.domain.rating import naive
from tests.support.object_site import add
from tests.support.voice_site import account, carrier

#: Friday, 2027-01-15, 08:00 UTC.
AT = 1_800_000_000
DAY = AT // 86400
GATEWAY = "Switch"


def clients(site: Site, many: int) -> None:
    """The carrier, and so many customers more, each with an address of its own."""
    carrier(site)
    for number in range(1, many + 1):
        name = f"Client {number}"
        add(site, "organisation", name=name, kind="customer")
        add(site, "voice_client", organisation=name, currency="EUR", orig_table="Retail")
        account(site, f"Line {number}", name, value=f"198.51.100.{number}")


def leg(random: Random, number: int, hosts: Sequence[str]) -> RawLeg:
    """A leg of anybody's: one of thirty has no account, one of thirty no code."""
    odd = random.random()
    host = random.choice(hosts) if odd > 0.03 else "203.0.113.99"
    dst = random.choice(("4420", "4416", "447")) + str(random.randrange(10**6, 10**7))
    at = AT + random.randrange(-86400, 86400)
    answered = random.random() < 0.7
    return RawLeg(
        session=f"s{number}",
        leg="a",
        origin="term" if host == "192.0.2.2" else "orig",
        status=Status.ANSWERED if answered else Status.BUSY,
        cause=16 if answered else 17,
        setup_at=at - 5,
        at=at,
        volume=random.randrange(1, 4000) if answered else 0,
        dst=dst if odd < 0.97 else "99" + dst,
        src="4930123456",
        host=host,
    )


def legs(random: Random, many: int, others: int = 0, first: int = 0) -> list[RawLeg]:
    """Legs from number `first` on; `others`: how many clients `clients` made."""
    hosts = ["192.0.2.1", "192.0.2.2", *(f"198.51.100.{number}" for number in range(1, others + 1))]
    return [leg(random, first + number, hosts) for number in range(many)]


def wait(raw: Iterable[RawLeg], gateway: str = GATEWAY) -> int:
    """Let them wait to be rated, as a chunk."""
    made = RawLegs.of(list(raw))
    return database.write(lambda tx: chunk.add(tx, made, gateway=gateway, now=float(AT)))


@dataclass(frozen=True)
class Expected:
    """`balances` in 10^-6 by client; `rated` and `mismatched` legs."""

    balances: dict[int, int]
    rated: int
    mismatched: int


def expected(raw: Iterable[RawLeg], gateway: str = GATEWAY) -> Expected:
    """What the naive rater says of these legs, each of them once."""
    rater = naive.NaiveRater(naive_site())
    balances: dict[int, int] = {}
    rated = mismatched = 0
    once = {(each.session, each.leg, each.origin): each for each in reversed(list(raw))}
    clients = {each.id: each.client for each in rater.site.accounts}
    for each in once.values():
        answer = rater.rate(
            Leg(
                *(each.at, each.volume, each.dst, each.src, each.host, each.name, each.pin, gateway),
                *(each.origin, frozenset(each.tags)),
            )
        )
        if answer.reason != "RATED":
            mismatched += 1
            continue
        rated += 1
        assert answer.account is not None
        amount = int(answer.cost * Decimal(10**6)) * (1 if each.origin == "term" else -1)
        client = clients[answer.account]
        balances[client] = balances.get(client, 0) + amount
    return Expected(balances, rated, mismatched)


def naive_site() -> naive.Site:
    """The tables of rates as the naive rater takes them."""
    tx = database.read()
    own = book._clients(tx)
    codes = [row[0] for row in tx.all("SELECT code FROM currency")]
    base = str(tx.value("SELECT code FROM currency WHERE is_base"))
    rates = book._day_rates(tx, codes)
    accounts, _ = book._accounts(tx, {each.id for each in own}, secret.follow)
    return naive.Site(
        base=base,
        clients=own,
        accounts=accounts,
        tables=book._tables(tx),
        rates=book._rates(tx),
        profiles=book._profiles(tx),
        day_rates=[
            DayRate(code, day, per_base)
            for code in rates.currencies
            if code != base
            for day, per_base in _of(
                tx.all(
                    """SELECT d.day, d.per_base FROM day_rate d JOIN currency c ON c.id = d.currency_id
                   WHERE c.code = ?""",
                    (code,),
                )
            )
        ],
        carry=rates.carry,
        rules=book._rules(tx),
    )


def _of(rows: list[tuple[str, int]]) -> list[tuple[int, int]]:
    from datetime import date

    return [((date.fromisoformat(day) - date(1970, 1, 1)).days, price) for day, price in rows]


def balances() -> dict[int, int]:
    """What the balances are, in 10^-6 by client."""
    return dict(database.read().all("SELECT organisation_id, amount FROM balance"))
