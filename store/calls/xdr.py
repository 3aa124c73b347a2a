"""Rated legs are written in bulk, each once for good by its day and key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from domain.calls.row import COLUMNS, TEXTS, Rows
from domain.rating.arrays import NONE
from store.calls.columns import LARGEST_CAUSE, NULLS, is_same, said
from store.errors import DRIVER_ERRORS, translated
from store.tx import Tx, marks

_AT_ONCE = 500
#: NULL in the words of COPY.
_NULL = "\\N"


def insert(tx: Tx, rows: Rows) -> Rows:
    """Write these legs; those whose key is there already, or twice here, are left out. What was written.

    They are best in the order of their keys, in which their index is written fastest; their days must have
    been made (`store.calls.day.prepare`). Most repeat nothing: that is tried first, and undone otherwise.
    """
    if not len(rows):
        return rows
    tx.run("SAVEPOINT bulk")
    if not _written(tx, rows):
        tx.run("ROLLBACK TO SAVEPOINT bulk")
        rows = _fresh(tx, rows)
        if len(rows) and not _written(tx, rows):
            raise RuntimeError("calls were written beside the holder of the group")
    tx.run("RELEASE SAVEPOINT bulk")
    return rows


def _written(tx: Tx, some: Rows) -> bool:
    """False if a key is there already; then the transaction must go back to its savepoint."""
    if tx.dialect == "postgresql":
        return _copied(tx, *_lines(some))
    words, bound = said(some, COLUMNS)
    statement = f"INSERT INTO xdr ({', '.join(COLUMNS)}) VALUES ({', '.join(words)})"
    try:
        tx.connection.executemany(statement, zip(*bound, strict=True))
    except DRIVER_ERRORS as error:
        if "UNIQUE constraint failed: xdr.day, xdr.key" in str(error):
            return False
        raise translated(error) from error
    return True


def _copied(tx: Tx, names: Sequence[str], text: str) -> bool:
    try:
        with (
            tx.connection.cursor() as cursor,
            cursor.copy(f"COPY xdr ({', '.join(names)}) FROM STDIN") as copy,
        ):
            copy.write(text)
    except psycopg.errors.UniqueViolation:
        return False
    except DRIVER_ERRORS as error:
        raise translated(error) from error
    return True


def _lines(rows: Rows) -> tuple[list[str], str]:
    """The names of the columns and the lines of COPY; what is the same in all of them is made only once."""
    differ: dict[str, list[str]] = {}
    same: dict[str, str] = {}
    for name in COLUMNS:
        column = rows[name]
        if name != "key" and is_same(column):
            same[name] = _texts(name, column[:1])[0]
        else:
            differ[name] = _texts(name, column)
    end = "".join(f"\t{text}" for text in same.values()) + "\n"
    return [*differ, *same], end.join(map("\t".join, zip(*differ.values(), strict=True))) + end


def _texts(name: str, column: Any) -> list[str]:
    """A column in the words of COPY."""
    if name == "key":
        return ["\\\\x" + key.hex() for key in column]
    if name in TEXTS:
        whole = "".join(column)
        if "\\" in whole or "\t" in whole:
            return [each.replace("\\", "\\\\").replace("\t", "\\t") for each in column]
        return list(column)
    if name == "cause":
        column = column.clip(-LARGEST_CAUSE, LARGEST_CAUSE)
    least, most = int(column.min()), int(column.max())
    if most - least < len(column):
        # Few different ones: each is turned into text once.
        words = [_NULL if name in NULLS and value == NONE else str(value) for value in range(least, most + 1)]
        return list(map(words.__getitem__, (column - least).tolist()))
    found = list(map(str, column.tolist()))
    if name in NULLS and least <= NONE <= most:
        for place in (column == NONE).nonzero()[0].tolist():
            found[place] = _NULL
    return found


def _fresh(tx: Tx, rows: Rows) -> Rows:
    """Without those that are there; of two with one key the first stays."""
    import numpy as np

    known = there(tx, rows["day"].tolist(), rows["key"])
    kept = []
    for place, leg in enumerate(zip(rows["day"].tolist(), rows["key"], strict=True)):
        if leg not in known:
            known.add(leg)
            kept.append(place)
    return rows.picked(np.array(kept, np.int64))


def there(tx: Tx, days: Sequence[int], keys: Sequence[bytes]) -> set[tuple[int, bytes]]:
    """Which of these legs, by (day, key), lie in the table."""
    of_day: dict[int, list[bytes]] = {}
    for day, key in zip(days, keys, strict=True):
        of_day.setdefault(day, []).append(key)
    found: set[tuple[int, bytes]] = set()
    for day, wanted in sorted(of_day.items()):
        for at in range(0, len(wanted), _AT_ONCE):
            some = wanted[at : at + _AT_ONCE]
            rows = tx.all(f"SELECT key FROM xdr WHERE day = ? AND key IN ({marks(some)})", (day, *some))
            found.update((day, bytes(row[0])) for row in rows)
    return found
