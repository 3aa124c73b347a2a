"""An open PostgreSQL database without its rows: as after its migrations, at a fraction of their cost.

To truncate a hundred tables takes 200 ms, for a new file is made for each table and index. A test
fills a few of them: their rows are deleted, which takes 5 ms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from store import database
from store.tx import Tx

#: How often all tables are truncated nevertheless: deleted rows leave their space behind.
_ALL_EVERY = 100
_number = count(1)


@dataclass(frozen=True)
class _Migrated:
    """What is there after the migrations: rows by table, and how far numbers are by sequence."""

    rows: dict[str, list[dict[str, Any]]]
    numbers: dict[str, int]


_migrated: dict[str, _Migrated] = {}


def empty() -> None:
    """Take all rows out but those of the migrations, drop partitions, set numbers back.

    The first time that it is called, the database must be as its migrations have left it.
    """
    url = database.url()
    if url not in _migrated:
        _migrated[url] = database.write(_read)
        return
    whole = next(_number) % _ALL_EVERY == 0
    database.write(lambda tx: _reset(tx, _migrated[url], _truncate if whole else _delete))


def _read(tx: Tx) -> _Migrated:
    return _Migrated({name: tx.dicts(f"SELECT * FROM {name}") for name in _filled(tx)}, _numbers(tx))


def _reset(tx: Tx, migrated: _Migrated, clear: Callable[[Tx], None]) -> None:
    for row in tx.all("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"):
        tx.run(f"DROP TABLE {row[0]}")
    clear(tx)
    for name, found in migrated.rows.items():
        for each in found:
            marks = ", ".join("?" * len(each))
            tx.run(f"INSERT INTO {name} ({', '.join(each)}) VALUES ({marks})", tuple(each.values()))
    for name in _numbers(tx):
        if name in migrated.numbers:
            tx.value("SELECT setval(?, ?)", (name, migrated.numbers[name]))
        else:
            tx.run(f"ALTER SEQUENCE {name} RESTART")


def _truncate(tx: Tx) -> None:
    tx.run(f"TRUNCATE {', '.join(_tables(tx))} CASCADE")


def _delete(tx: Tx) -> None:
    # All rows go, so it does not matter which refers to which.
    tx.run("SET LOCAL session_replication_role = replica")
    for name in _filled(tx):
        tx.run(f"DELETE FROM {name}")


def _tables(tx: Tx) -> list[str]:
    found = tx.all(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%migration%'"
    )
    return [row[0] for row in found]


def _filled(tx: Tx) -> list[str]:
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in _tables(tx))
    return [row[0] for row in tx.all(" UNION ALL ".join(each))]


def _numbers(tx: Tx) -> dict[str, int]:
    used = """SELECT sequencename, last_value FROM pg_sequences
              WHERE schemaname = 'public' AND last_value IS NOT NULL"""
    return {row[0]: row[1] for row in tx.all(used)}
