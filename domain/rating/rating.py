"""From legs to charges: the one way, for the calculator, for rerating, for RADIUS and for SIP.

Rules of the first stage; whose leg it is; its account's number translations; rules that know the client;
the rate table; the rate; the charge, also in the client's currency; rules that know the rate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.rating.arrays import NONE
from domain.rating.at_work import AtWork, Reason
from domain.rating.book import Book
from domain.rating.charge import MOST_CHARGE, billed, charged
from domain.rating.choice import Asked, choose
from domain.rating.identify import identify
from domain.rating.legs import Legs
from domain.rating.numbers import Numbers
from domain.rating.obey import obey
from domain.rating.rate import LAST
from domain.rating.renumber import renumber
from domain.rating.rule import Stage

if TYPE_CHECKING:
    from domain.rating.arrays import Flags, Ints

#: A larger volume is a mistake of who counted it.
MOST = 2**53


@dataclass(frozen=True, slots=True)
class Rated:
    """A row for each leg. `reason` by `Reason`: only what is RATED is booked; LEFT: see `rate`.

    Ids are NONE and amounts 0 where there is none.

    `charge`: 10^-6 of the currency of `table`, which is that of the rate; `cost`: the same in the client's.
    `code` is a place in `codes`, `tags` one in `sets`. `billed` is the volume charged by the rate.
    `additive`: (rows, ids of rates, charges), which `charge` holds on top of the rate. `dst` and `src` are
    the numbers as they were rated; `rule` is the traffic rule that denied.
    """

    reason: Ints
    rule: Ints
    account: Ints
    client: Ints
    table: Ints
    code: Ints
    rate: Ints
    billed: Ints
    charge: Ints
    cost: Ints
    additive: tuple[tuple[Ints, Ints, Ints], ...]
    dst: Numbers
    src: Numbers
    tags: Ints
    codes: tuple[str, ...]
    sets: tuple[frozenset[str], ...]


def rate(book: Book, legs: Legs, wanted: Callable[[Ints], Flags] | None = None) -> Rated:
    """Rate a batch; 10,000 to 100,000 legs are done fastest. Whatever one holds, the others are rated.

    `wanted` says by the ids of the clients, NONE where there is none, which legs are to be rated: of the
    others the reason is LEFT, and nothing is said of them but their client.
    """
    work = AtWork(legs)
    codes = book.tariff.code_texts
    work.fail_where((legs.at < 0) | (legs.at > LAST), Reason.BAD_TIME)
    work.fail_where((legs.volume < 0) | (legs.volume > MOST), Reason.BAD_VOLUME)
    obey(book.rules, Stage.INITIAL, book.parties, work, codes, work.alive())
    identify(book.parties, work, work.alive())
    work.fail_where(work.account == NONE, Reason.NO_ACCOUNT)
    if wanted is not None:
        work.leave_where(~wanted(book.parties.client_ids[work.client]))
    renumber(book.parties, work, work.alive())
    obey(book.rules, Stage.AFTER_CLIENT, book.parties, work, codes, work.alive())
    amounts = _Amounts(book, work)
    amounts.find_rates()
    amounts.charge()
    obey(book.rules, Stage.AFTER_RATE, book.parties, work, codes, work.alive())
    return amounts.rated()


class _Amounts:
    """The second half of the way: the rows that have a table, in the order of their codes."""

    def __init__(self, book: Book, work: AtWork) -> None:
        import numpy as np

        self.book, self.work = book, work
        alive = work.alive()
        table = book.table[work.account[alive]]
        work.fail(alive[table == NONE], Reason.NO_TABLE)
        alive, table = alive[table != NONE], table[table != NONE]
        dst = work.dst.picked(alive)
        work.fail(alive[dst.wrong], Reason.BAD_NUMBER)
        alive, table, key = (each[~dst.wrong] for each in (alive, table, dst.keys))
        order = np.argsort(book.tariff.codes.place(table, key))
        self.rows, self.table, self.key = alive[order], table[order], key[order]
        self.rate, self.billed, self.amount, self.cost = (
            np.full(len(work.reason), fill, np.int64) for fill in (NONE, 0, 0, 0)
        )
        self.additive: list[tuple[Ints, Ints, Ints]] = []
        self.turns: tuple[tuple[Ints, Ints], ...] = ()

    def find_rates(self) -> None:
        work, rows = self.work, self.rows
        plain = self.book.tariff.offers.plain
        at, key = work.legs.at[rows], self.key
        caller = key if plain else work.src.keys[rows]  # of a plain tariff nobody looks at it
        chosen = choose(self.book.tariff, Asked(self.table, key, caller, at, work.tags[rows], work.sets))
        work.code[rows], self.rate[rows] = chosen.code, chosen.rate
        work.fail(rows[chosen.code == NONE], Reason.NO_CODE)
        work.fail(rows[chosen.rate == NONE], Reason.NO_RATE)
        self.rows = rows[chosen.rate != NONE]
        self.turns = tuple((rows[these], rates) for these, rates in chosen.additive)

    def charge(self) -> None:
        book, work, rows = self.book, self.work, self.rows
        rates = self.rate[rows]
        self.billed[rows], self.amount[rows] = self._charged(rows, rates)
        ids = book.tariff.rates["id"]
        for these, more in self.turns:
            charges = self._charged(these, more)[1]
            self.amount[these] += charges
            self._too_large(these[self.amount[these] > MOST_CHARGE])
            self.additive.append((these, ids[more], charges))
        source = book.table_currency[book.tariff.rates["table"][rates]]
        target = book.client_currency[work.client[rows]]
        self.cost[rows], missing, beyond = book.day_rates.converted(
            self.amount[rows], source, target, work.legs.at[rows]
        )
        work.fail(rows[missing], Reason.NO_DAY_RATE)
        self._too_large(rows[beyond])

    def _charged(self, rows: Ints, rates: Ints) -> tuple[Ints, Ints]:
        """Billed volume and charge of each row by its rate."""
        tariff = self.book.tariff
        columns = {name: tariff.rates[name][rates] for name in _CHARGING}
        volume = billed(
            self.work.legs.volume[rows],
            columns["minimum"],
            columns["interval"],
            columns["grace"],
            tariff.minimum_over_grace[columns["table"]],
        )
        rounding = tariff.rounding[columns["table"]]
        charges, beyond = charged(volume, columns["price"], columns["unit"], columns["setup"], rounding)
        self._too_large(rows[beyond])
        return volume, charges

    def _too_large(self, rows: Ints) -> None:
        self.work.fail(rows, Reason.TOO_LARGE)
        self.amount[rows] = self.cost[rows] = 0

    def rated(self) -> Rated:
        import numpy as np

        work, tariff, parties = self.work, self.book.tariff, self.book.parties
        places = np.where(self.rate == NONE, NONE, self._of("table"))
        return Rated(
            reason=work.reason,
            rule=work.rule,
            account=parties.account_ids[work.account],
            client=parties.client_ids[work.client],
            table=np.array([*(each.id for each in tariff.tables), NONE], np.int64)[places],
            code=work.code,
            rate=np.where(self.rate == NONE, NONE, self._of("id")),
            billed=self.billed,
            charge=self.amount,
            cost=self.cost,
            additive=tuple(self.additive),
            dst=work.dst,
            src=work.src,
            tags=work.tags,
            codes=tariff.code_texts,
            sets=tuple(work.sets),
        )

    def _of(self, name: str) -> Ints:
        """A column of the rates; what it says of a row without a rate means nothing."""
        import numpy as np

        column = self.book.tariff.rates[name]
        return column[self.rate] if len(column) else np.full(len(self.rate), NONE, np.int64)


_CHARGING = ("table", "price", "unit", "setup", "minimum", "interval", "grace")
