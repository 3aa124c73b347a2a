"""What a client has with us: entries that only ever come to it, and their sum.

A positive amount is in the client's favour: what its calls as a customer cost lowers the balance, what its
legs as a vendor cost us raises it. An entry is once for a client, kind and reference; who comes again to the
same one (another part of a batch) adds to it in the transaction that writes the calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from store.tx import Tx, marks

#: By the place of the leg's side in `domain.rating.legs.ORIGINS`: customer, vendor.
SIGNS = (-1, 1)


class Line(NamedTuple):
    """`kind`: ``calls``, ``rerating`` or ``credit``; `amount`: 10^-6 of `currency`."""

    organisation_id: int
    kind: str
    currency: str
    amount: int


class Account(NamedTuple):
    """`invoiced_until`: the last day (since 1970) that an invoice holds, None for none."""

    currency: str
    amount: int
    invoiced_until: int | None


def book(tx: Tx, lines: Iterable[Line], *, ref_kind: str, ref_id: int, now: float) -> None:
    """Write entries and raise the balances by them. Lines of the same client and kind are one entry.

    A balance holds the entries of its own currency, that of its first one; others stand as entries alone.
    """
    sums: dict[tuple[int, str, str], int] = {}
    for each in lines:
        key = (each.organisation_id, each.kind, each.currency)
        sums[key] = sums.get(key, 0) + each.amount
    if not sums:
        return
    # In the order of their keys: two who write the same rows must not wait for each other.
    ordered = sorted(sums.items())
    tx.many(
        """INSERT INTO entry (organisation_id, kind, ref_kind, ref_id, currency, amount, at)
           VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (organisation_id, kind, ref_kind, ref_id, currency)
               DO UPDATE SET amount = entry.amount + excluded.amount""",
        [
            (client, kind, ref_kind, ref_id, currency, amount, now)
            for (client, kind, currency), amount in ordered
        ],
    )
    tx.many(
        """INSERT INTO balance (organisation_id, currency, amount, changed_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (organisation_id) DO UPDATE
               SET amount = balance.amount + excluded.amount, changed_at = excluded.changed_at
               WHERE balance.currency = excluded.currency""",
        [(client, currency, amount, now) for (client, _, currency), amount in ordered],
    )


def of(tx: Tx, clients: Iterable[int], *, locked: bool = False) -> Mapping[int, Account]:
    """The balances of these clients, as far as they have one; `locked`: until the transaction ends."""
    wanted = sorted(set(clients))
    found: dict[int, Account] = {}
    for at in range(0, len(wanted), 500):
        some = wanted[at : at + 500]
        rows = tx.all(
            f"""SELECT organisation_id, currency, amount, invoiced_until FROM balance b
                WHERE organisation_id IN ({marks(some)}) ORDER BY organisation_id"""
            + (tx.for_update("b") if locked else ""),
            some,
        )
        found.update({row[0]: Account(*row[1:]) for row in rows})
    return found


def differences(tx: Tx) -> list[tuple[int, int, int]]:
    """(client, balance, sum of its entries in that currency) where they are not equal: there are none."""
    rows = tx.all(
        """SELECT b.organisation_id, b.amount, CAST(COALESCE(SUM(e.amount), 0) AS BIGINT)
           FROM balance b
           LEFT JOIN entry e ON e.organisation_id = b.organisation_id AND e.currency = b.currency
           GROUP BY b.organisation_id, b.amount
           HAVING b.amount <> COALESCE(SUM(e.amount), 0)"""
    )
    return [(row[0], row[1], row[2]) for row in rows]
