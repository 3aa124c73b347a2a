"""The rates, clients and accounts of `bench.rating` as rows of the database, written without the acts."""

from __future__ import annotations

import json
from collections.abc import Sequence

from domain.rating.account import Account, Client
from domain.rating.rate import Rate
from store.tx import Tx

_OWN = "created_at, changed_at"


def fill(tx: Tx, clients: Sequence[Client], accounts: Sequence[Account], rates: Sequence[Rate]) -> None:
    """Two tables in one currency, the second with the first as its parent."""
    tx.run(
        f"""INSERT INTO currency (id, code, title, decimals, is_base, carry_days, note, {_OWN})
            VALUES (1, 'EUR', '', 2, ?, 7, '', 0, 0)""",
        (True,),
    )
    tx.many(
        f"""INSERT INTO rate_table
                (id, name, currency_id, parent_id, rounding, minimum_over_grace, note, {_OWN})
            VALUES (?, ?, 1, ?, 'half_even', ?, '', 0, 0)""",
        [(1, "Parent", None, False), (2, "Own", 1, False)],
    )
    tx.many(
        f"""INSERT INTO rate
                (id, rate_table_id, code, price, since, until, unit, setup, minimum, interval,
                grace, src_code, tag, additive, {_OWN})
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', ?, 0, 0)""",
        [(*rate[:11], False) for rate in rates],
    )
    tx.many(
        f"""INSERT INTO organisation
                (id, name, kind, number, email, phone, street, postcode, city, country, currency, note,
                {_OWN})
            VALUES (?, ?, 'customer', '', '', '', '', '', '', '', '', '', 0, 0)""",
        [(each.id, f"Client {each.id}") for each in clients],
    )
    tx.many(
        f"""INSERT INTO voice_client
                (organisation_id, currency_id, orig_table_id, credit, zone, enabled, note, {_OWN})
            VALUES (?, 1, ?, 0, 'UTC', ?, '', 0, 0)""",
        [(each.id, each.orig_table, True) for each in clients],
    )
    tx.many(
        f"""INSERT INTO voice_account
                (id, name, client_id, kind, value, pin, tech_prefix, origin, translations, tags, note, {_OWN})
            VALUES (?, ?, ?, 'ip', ?, '', ?, 'orig', ?, '[]', '', 0, 0)""",
        [
            (
                *(each.id + 1, f"Account {each.id}", each.client, each.value, each.tech_prefix),
                json.dumps(["dst 00>"] if each.translations else []),
            )
            for each in accounts
        ],
    )
