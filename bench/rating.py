"""How many legs a second are rated on one core, beside a plain rater that takes one row after another.

Alone: ``python -m bench.rating [--rounds N] [--calls N]``. In memory: a rate table of 200,000 codes with
parent, two versions of each fifth rate, 400 accounts of 100 clients, by address, some with tech prefix or
number translations. Each round rates the same calls both ways; the sums must be equal.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from random import Random

from domain.rating.account import Account, Client, Edit, Translation
from domain.rating.book import Book
from domain.rating.currency import DayRates
from domain.rating.legs import Leg, Legs
from domain.rating.rate import Rate, RateTable
from domain.rating.rating import rate
from domain.rating.tariff import Tariff

CODES, CALLS, BATCH, ROUNDS = 200_000, 500_000, 100_000, 5
SINCE, CHANGED, UNTIL = 1_750_000_000, 1_755_000_000, 1_760_000_000
AIM = 1_000_000


def main(calls: int = CALLS, rounds: int = ROUNDS, codes: int = CODES) -> list[tuple[str, str, str]]:
    """(what, figure, aim) of everything measured. Raises RuntimeError if the two do not agree."""
    random = Random(1)
    clients, accounts, rates = _made(random, codes)
    tables = [RateTable(1, "EUR"), RateTable(2, "EUR", parent=1)]
    began = time.process_time()
    book = Book.of(clients, accounts, Tariff.of(tables, rates), DayRates.of("EUR", []))
    built = time.process_time() - began
    legs = [_leg(random, accounts, rates) for _ in range(calls)]
    batches = [legs[at : at + BATCH] for at in range(0, calls, BATCH)]
    columns = [Legs.of(batch) for batch in batches]
    plain = Plain(accounts, rates)
    took: dict[str, list[float]] = {"rated": [], "rows": [], "plain": []}
    for _ in range(rounds):
        ours = _timed(took["rated"], lambda: sum(int(rate(book, each).charge.sum()) for each in columns))
        rows = _timed(
            took["rows"], lambda: sum(int(rate(book, Legs.of(each)).charge.sum()) for each in batches)
        )
        theirs = _timed(took["plain"], lambda: sum(plain.charge(leg) for leg in legs))
        if not ours == rows == theirs:
            raise RuntimeError(f"the raters do not agree: {ours}, {rows}, {theirs}")
    ratio = statistics.median(each / own for each, own in zip(took["plain"], took["rated"], strict=True))
    return [
        ("rating in memory, from columns", _rate(calls, took["rated"]), f"≥ {AIM:,} legs/s"),
        ("the same, columns made from rows of Python", _rate(calls, took["rows"]), "-"),
        ("a plain rater, row by row", _rate(calls, took["plain"]), "-"),
        ("from columns against the plain rater", f"{ratio:.1f} times", "-"),
        *((f"a batch of {many} legs", f"{_small(book, legs, many) * 1e6:.0f} µs", "-") for many in (1, 64)),
        (f"building the book of {len(rates):,} rates", f"{built:.2f} s", "-"),
    ]


class Plain:
    """What one would write without arrays: dicts, and the longest code first. Knows what this bench needs."""

    def __init__(self, accounts: list[Account], rates: list[Rate]) -> None:
        self.accounts: dict[str, list[Account]] = {}
        for account in sorted(accounts, key=lambda each: -len(each.tech_prefix)):
            self.accounts.setdefault(account.value, []).append(account)
        self.codes: dict[str, list[Rate]] = {}
        for one in sorted(rates, key=lambda each: (-each.table, -each.since)):
            self.codes.setdefault(one.code, []).append(one)
        self.longest = max(map(len, self.codes))

    def charge(self, leg: Leg) -> int:
        """In 10^-6; 0 for what cannot be rated."""
        dst = leg.dst
        for account in self.accounts.get(leg.host, ()):
            if dst.startswith(account.tech_prefix):
                dst = dst[len(account.tech_prefix) :]
                break
        else:
            return 0
        for each in account.translations:
            if dst.startswith(each.prefix):
                dst = each.edit.add + dst[each.edit.strip :]
                break
        for length in range(min(self.longest, len(dst)), 0, -1):
            for one in self.codes.get(dst[:length], ()):
                if one.since <= leg.at and (one.until is None or leg.at < one.until):
                    return self._charge(one, leg.volume)
        return 0

    def _charge(self, one: Rate, volume: int) -> int:
        if volume <= one.grace:
            return 0
        above = max(volume - one.minimum, 0)
        billed = one.minimum - (-above // one.interval) * one.interval
        whole, rest = divmod(one.setup * one.unit + billed * one.price, one.unit * 1000)
        return whole + (2 * rest > one.unit * 1000 or (2 * rest == one.unit * 1000 and whole % 2))


def _made(random: Random, many: int) -> tuple[list[Client], list[Account], list[Rate]]:
    codes = {f"1{random.randrange(200, 1000)}{random.randrange(200, 1000)}" for _ in range(many)}
    codes = set(sorted(codes)[: many * 5 // 8])
    while len(codes) < many:
        codes.add(str(random.randrange(2, 10 ** random.randint(1, 9))))
    rates: list[Rate] = []
    for code in sorted(codes):
        for since in (SINCE, CHANGED) if random.random() < 0.2 else (SINCE,):
            price = random.randrange(1, 10**9)
            interval = random.choice([1, 6, 60])
            rates.append(
                Rate(
                    len(rates) + 1,
                    random.choice([1, 1, 1, 2]) if since == SINCE else rates[-1].table,
                    code,
                    price,
                    since,
                    minimum=random.choice([0, interval]),
                    interval=interval,
                    setup=random.choice([0, 0, 10**7]),
                    grace=random.choice([0, 0, 2]),
                )
            )
    clients = [Client(at, "EUR", 2) for at in range(1, 101)]
    accounts = [
        Account(
            at,
            at % 100 + 1,
            "ip",
            f"10.0.{at // 3 // 256}.{at // 3 % 256}",
            ("", "9#", "77#")[at % 3],
            translations=(Translation("dst", "00", Edit(2)),) if at % 10 == 0 else (),
        )
        for at in range(400)
    ]
    return clients, accounts, rates


def _leg(random: Random, accounts: list[Account], rates: list[Rate]) -> Leg:
    account = random.choice(accounts)
    number = random.choice(rates).code if random.random() < 0.97 else "0"
    number += str(random.randrange(10 ** random.randint(4, 6), 10**7))
    front = "00" if account.translations and random.random() < 0.5 else ""
    volume = 0 if random.random() < 0.4 else random.randrange(1, 3600)
    at = random.randrange(SINCE, UNTIL)
    return Leg(at, volume, account.tech_prefix + front + number, "4930123456", account.value)


def _timed(into: list[float], work: Callable[[], int]) -> int:
    """What the work gives; its own CPU time is noted, for the machine does other things too."""
    began = time.process_time()
    found = work()
    into.append(time.process_time() - began)
    return found


def _rate(calls: int, took: list[float]) -> str:
    each = sorted(calls / one for one in took)
    return f"{statistics.median(each):,.0f} legs/s ({each[0]:,.0f} to {each[-1]:,.0f})"


def _small(book: Book, legs: list[Leg], many: int) -> float:
    """Seconds for so many legs at once, as a server would ask."""
    took = []
    for at in range(0, min(len(legs), 200 * many), many):
        began = time.process_time()
        rate(book, Legs.of(legs[at : at + many]))
        took.append(time.process_time() - began)
    return statistics.median(took)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m bench.rating", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args()
    for what, figure, aim in main(given.calls, given.rounds):
        print(f"{what}: {figure} (aim {aim})")
