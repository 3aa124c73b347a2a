"""Everything that decides on a charge, in memory: parties, tariff, day rates, traffic rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.rating.account import Account, Client
from domain.rating.arrays import NONE
from domain.rating.currency import DayRates
from domain.rating.identify import Parties
from domain.rating.legs import ORIGINS
from domain.rating.rule import Rule, in_order
from domain.rating.tariff import Tariff

if TYPE_CHECKING:
    from domain.rating.arrays import Ints


@dataclass(frozen=True, slots=True)
class Book:
    """`table`: of each account; `table_currency`, `client_currency`: of each table, client. By place."""

    parties: Parties
    tariff: Tariff
    day_rates: DayRates
    rules: tuple[Rule, ...]
    table: Ints
    table_currency: Ints
    client_currency: Ints

    @classmethod
    def of(
        cls,
        clients: Sequence[Client],
        accounts: Sequence[Account],
        tariff: Tariff,
        day_rates: DayRates,
        rules: Iterable[Rule] = (),
    ) -> Book:
        """Raises ValueError, one line, for what is wrong or refers to what is not there."""
        import numpy as np

        parties = Parties.of(clients, accounts)
        by_id = {client.id: client for client in clients}
        places: dict[int | None, int] = {None: NONE, **{each.id: at for at, each in enumerate(tariff.tables)}}
        tables = [_table(each, by_id[each.client]) for each in accounts]
        if lost := [
            (each.id, table) for each, table in zip(accounts, tables, strict=True) if table not in places
        ]:
            raise ValueError(f"account {lost[0][0]}: there is no rate table {lost[0][1]}")
        return cls(
            parties,
            tariff,
            day_rates,
            in_order(rules),
            np.array([places[each] for each in tables], np.int64),
            day_rates.places([each.currency for each in tariff.tables]),
            day_rates.places([each.currency for each in clients]),
        )


def _table(account: Account, client: Client) -> int | None:
    """The account's own table, else its client's for this side of a call."""
    if account.table is not None:
        return account.table
    return client.orig_table if account.origin == ORIGINS[0] else client.term_table
