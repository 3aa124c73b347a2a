"""What rate tables offer for a number, and names for what a rating found: for looking up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.rating.rate import Rate
from store.object.read import by_id
from store.tx import Tx, marks

Row = dict[str, Any]
_RATE = """r.id, r.rate_table_id, r.code, r.price, r.since, r.until, r.unit, r.setup, r.minimum, r.interval,
           r.grace, r.src_code, r.tag, COALESCE(p.name, ''), r.additive"""


def chain(tx: Tx, table_id: int) -> list[int]:
    """A rate table and those above it, itself first."""
    found: list[int] = []
    at: int | None = table_id
    while at is not None and at not in found:
        found.append(at)
        at = tx.value("SELECT parent_id FROM rate_table WHERE id = ?", (at,))
    return found


def rates(tx: Tx, tables: list[int], number: str, most: int = 100) -> list[Rate]:
    """The rates of these tables whose code the number begins with, longer codes first."""
    codes = [number[:length] for length in range(min(len(number), 18) + 1)]
    rows = tx.all(
        f"""SELECT {_RATE} FROM rate r LEFT JOIN time_profile p ON p.id = r.time_profile_id
            WHERE r.archived_at IS NULL
            AND r.rate_table_id IN ({marks(tables)}) AND r.code IN ({marks(codes)})
            ORDER BY LENGTH(r.code) DESC, r.since DESC, r.id DESC LIMIT ?""",
        (*tables, *codes, most),
    )
    return [Rate._make(row)._replace(additive=bool(row[-1])) for row in rows]


def destination(tx: Tx, tables: list[int], code: str) -> Row | None:
    """``{code, title, country}``: of the longest code of the tables' decks that this one begins with."""
    decks = tx.all(
        f"SELECT id, deck_id FROM rate_table WHERE id IN ({marks(tables)}) AND deck_id IS NOT NULL", tables
    )
    of: dict[int, int] = dict(decks)
    codes = [code[:length] for length in range(1, len(code) + 1)]
    for table in tables:
        if table not in of or not codes:
            continue
        rows = tx.dicts(
            f"""SELECT code, title, country FROM deck_code
                WHERE deck_id = ? AND archived_at IS NULL AND code IN ({marks(codes)})
                ORDER BY LENGTH(code) DESC LIMIT 1""",
            (of[table], *codes),
        )
        if rows:
            return rows[0]
    return None


def accounts(tx: Tx, client_id: int, most: int = 20) -> list[Row]:
    """The accounts of a client by name, at most so many."""
    rows = tx.all(
        """SELECT id FROM voice_account WHERE client_id = ? AND archived_at IS NULL
           ORDER BY LOWER(name) LIMIT ?""",
        (client_id, most),
    )
    found = [by_id(tx, "voice_account", number) for (number,) in rows]
    return [row for row in found if row is not None]


def day_rate(tx: Tx, currency: str, at: int) -> Row | None:
    """``{day, per_base}`` (10^-9) that counts on the day of this second, however long ago it is of."""
    day = datetime.fromtimestamp(at, UTC).date().isoformat()
    rows = tx.dicts(
        """SELECT d.day, d.per_base FROM day_rate d JOIN currency c ON c.id = d.currency_id
           WHERE c.code = ? AND d.archived_at IS NULL AND c.archived_at IS NULL AND d.day <= ?
           ORDER BY d.day DESC LIMIT 1""",
        (currency, day),
    )
    return rows[0] if rows else None


def base(tx: Tx) -> tuple[str, int] | None:
    """The base currency, and for how many days after it a day rate counts."""
    found = tx.one("SELECT code, carry_days FROM currency WHERE is_base AND archived_at IS NULL")
    return None if found is None else (str(found[0]), int(found[1]))


def without_day_rate(tx: Tx, at: int) -> list[str]:
    """The currencies of tables and clients that cannot be converted at this second."""
    of_tables = "SELECT currency_id FROM rate_table WHERE archived_at IS NULL"
    of_clients = "SELECT currency_id FROM voice_client WHERE archived_at IS NULL"
    used = tx.all(
        f"""SELECT code, is_base FROM currency WHERE archived_at IS NULL
            AND (id IN ({of_tables}) OR id IN ({of_clients})) ORDER BY code"""
    )
    if len(used) < 2:
        return []
    known = base(tx)
    if known is None:
        return [code for code, _ in used]
    first = (datetime.fromtimestamp(at, UTC).date() - timedelta(days=known[1])).isoformat()
    newest = {code: day_rate(tx, code, at) for code, is_base in used if not is_base}
    return [code for code, row in newest.items() if row is None or row["day"] < first]
