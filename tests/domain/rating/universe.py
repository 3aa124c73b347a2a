"""Random sites and calls that meet every rule of the rating often: few digits, few names, few days."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from domain.money import Rounding
from domain.rating.account import Account, Client, Edit, Translation
from domain.rating.currency import DayRate
from domain.rating.legs import Leg
from domain.rating.rate import Rate, RateTable
from domain.rating.rule import Rule, Stage, Verdict
from domain.rating.time_profile import Span, TimeProfile
from tests.domain.rating.naive import Site

BASE = "EUR"
CURRENCIES = (BASE, "USD", "JPY", "XTS")
#: XTS has no day rate.
OFTEN = (*CURRENCIES, *[BASE, "USD", "JPY"] * 4)
TAGS = ("fixed", "mobile", "roaming")
GATEWAYS = ("", "east", "west")
HOSTS = ("10.0.0.1", "10.0.0.2", "2001:db8::1", "::ffff:10.0.0.1", "nowhere", "")
NAMES = ("alice", "bob", "")
PINS = ("1234", "9999", "")
#: Two weeks around the end of summer time in the zones below.
FIRST = int(datetime(2025, 10, 20, tzinfo=UTC).timestamp())
LAST = FIRST + 21 * 86400
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")


def digits(random: Random, most: int, least: int = 0, of: str = "012") -> str:
    return "".join(random.choices(of, k=random.randint(least, most)))


def moment(random: Random) -> int:
    """Half of them at a full six hours, so that beginnings and ends are met to the second."""
    at = random.randrange(FIRST, LAST)
    return at if random.random() < 0.5 else at - at % 21600


def amount(random: Random) -> int:
    kind = random.random()
    if kind < 0.1:
        return 0
    if kind < 0.2:
        return random.randrange(-(10**9), 0)
    return (
        random.randrange(10 ** random.randint(1, 17)) if kind < 0.3 else random.randrange(1, 2000) * 500_000
    )


def site(random: Random) -> Site:
    tables = [
        RateTable(
            at,
            random.choice(OFTEN),
            random.choice([None, None, *range(1, at)]),
            random.choice(list(Rounding)),
            random.random() < 0.3,
        )
        for at in range(1, random.randint(2, 6))
    ]
    profiles = [
        TimeProfile(
            name,
            ZoneInfo(random.choice(ZONES)),
            tuple(
                Span(random.randrange(7), *(random.randrange(0, 86400, 1800) for _ in range(2)))
                for _ in range(random.randint(0, 8))
            ),
        )
        for name in ("night", "peak")
    ]
    ids = [each.id for each in tables]
    clients = [
        Client(at, random.choice(OFTEN), random.choice([None, *ids * 6]), random.choice([None, *ids * 6]))
        for at in range(1, 5)
    ]
    plain = random.random() < 0.2
    return Site(
        base=BASE,
        clients=clients,
        accounts=accounts(random, clients, tables),
        tables=tables,
        rates=[rate(random, at, tables, plain) for at in range(1, random.randint(20, 250))],
        profiles=profiles,
        day_rates=[
            DayRate(
                name, FIRST // 86400 + random.randrange(21), 1 + random.randrange(10 ** random.randint(9, 14))
            )
            for name in ("USD", "JPY")
            for _ in range(random.choice([4, 20, 60]))
        ],
        carry=random.choice([0, 1, 7, 7]),
        rules=[rule(random, at) for at in range(random.choice([0, 3, 8]))],
    )


def accounts(random: Random, clients: list[Client], tables: list[RateTable]) -> list[Account]:
    found: dict[tuple[str, ...], Account] = {}
    for at in range(1, random.randint(15, 60)):
        kind = random.choice(["ip", "ip", "name", "number", "pin"])
        values = {"ip": HOSTS[:3], "name": NAMES[:2], "pin": PINS[:2], "number": ("1", "+12", "012")}
        account = Account(
            id=at,
            client=random.choice(clients).id,
            kind=kind,
            value=random.choice(values[kind]),
            tech_prefix=random.choice(["", "", "", "#", "0", "01", "9#"]),
            gateway=random.choice(["", "", *GATEWAYS]),
            origin=random.choice(["orig", "orig", "term"]),
            table=random.choice([None, None, *(each.id for each in tables)]),
            translations=tuple(
                Translation(
                    random.choice(["dst", "src"]),
                    digits(random, 2),
                    edit(random),
                    random.choice([0, 0, 4]),
                    random.choice([40, 40, 6]),
                )
                for _ in range(random.choice([0, 0, 1, 3]))
            ),
            tags=frozenset(random.sample(TAGS, random.choice([0, 0, 1]))),
        )
        found[account.kind, account.value, account.tech_prefix, account.gateway, account.origin] = account
    return list(found.values())


def edit(random: Random) -> Edit:
    return Edit(random.choice([0, 0, 1, 2]), random.choice(["", "0", "12", "012012"]))


def rate(random: Random, at: int, tables: list[RateTable], plain: bool) -> Rate:
    since = random.choice([0, 0, moment(random)])
    until = random.choice([None, None, moment(random)])
    return Rate(
        id=at,
        table=random.choice(tables).id,
        code=digits(random, 4, 1 if random.random() < 0.95 else 0),
        price=amount(random),
        since=since,
        until=until if until is None or until > since else None,
        unit=random.choice([1, 7, 60, 60, 1024]),
        setup=random.choice([0, 0, amount(random)]),
        minimum=random.choice([0, 0, 1, 30, 60]),
        interval=random.choice([1, 1, 6, 60, 7]),
        grace=random.choice([0, 0, 2, 45]),
        src_code="" if plain else random.choice(["", "", digits(random, 2)]),
        tag="" if plain else random.choice(["", "", *TAGS]),
        profile="" if plain else random.choice(["", "", "night", "peak"]),
        additive=random.random() < 0.2,
    )


def rule(random: Random, at: int) -> Rule:
    stage = random.choice(list(Stage))
    early, late = stage == Stage.INITIAL, stage == Stage.AFTER_RATE

    def some(values: list[Any], chance: float = 0.3) -> list[Any]:
        return values if random.random() < chance else []

    return Rule(
        id=at,
        stage=stage,
        order=random.randrange(3),
        until=random.choice([None, None, moment(random)]),
        origins=frozenset(some(["orig"])),
        gateways=frozenset(some(["east", "away"])),
        clients=frozenset([] if early else some([1, 2])),
        accounts=frozenset([] if early else some([1, 2, 3, 4])),
        tags=frozenset(some([random.choice(TAGS)])),
        dst=tuple(some([digits(random, 2), digits(random, 3, 1)])),
        not_dst=tuple(some([digits(random, 2, 1)])),
        src=tuple(some([digits(random, 2, 1)])),
        not_src=tuple(some([digits(random, 2, 1)])),
        code=tuple(some([digits(random, 2)]) if late else []),
        add_tags=frozenset(some([random.choice(TAGS)], 0.5)),
        edit_dst=Edit() if late else random.choice([Edit(), Edit(), edit(random)]),
        edit_src=Edit() if late else random.choice([Edit(), Edit(), edit(random)]),
        verdict=random.choices(list(Verdict), (12, 4, 1))[0],
    )


def leg(random: Random) -> Leg:
    odd = random.random()
    dst = random.choice(["", "", "", "+", "#", "9#"]) + digits(random, 9, of="0012123")
    if odd < 0.03:
        dst = random.choice(
            ["", "+", "12a", "1" * 40, "1" * 41, "+" + "0" * 43, "1 2", "12\0", "1\x002", "٣1"]
        )
    return Leg(
        at=moment(random) if odd < 0.99 else random.choice([-1, 0, 2**33 - 1, 2**33, 2**40]),
        volume=random.choice([0, 1, 2, 29, 30, 31, 44, 45, 46, 60, 86400 * 3, random.randrange(4000)])
        if odd < 0.99
        else random.choice([-1, 2**40, 2**53, 2**53 + 1]),
        dst=dst,
        src=random.choice(["", "", "1", "12", "+12", "012", digits(random, 5), "anonymous"]),
        host=random.choice([*HOSTS, *HOSTS[:2] * 4]),
        name=random.choice(NAMES),
        pin=random.choice(PINS),
        gateway=random.choice(GATEWAYS),
        origin=random.choice(["orig", "orig", "term"]),
        tags=frozenset(random.sample(TAGS, random.choice([0, 0, 1, 2]))),
    )
