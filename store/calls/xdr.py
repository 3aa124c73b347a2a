"""Rated legs: written in bulk, each once for good by its day and key; and read again to be rated again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from domain.calls.row import COLUMNS, IDS, RESULT, TEXTS, Rows
from domain.rating.arrays import NONE
from store import database
from store.errors import DRIVER_ERRORS, translated
from store.tx import Tx, marks

if TYPE_CHECKING:
    from domain.rating.arrays import Ints

#: What a leg is read by to be rated again; `Rows` of it can be compared with what it was.
STORED = (
    *("id", "day", "at", "origin", "gateway", "src", "dst", "host", "name", "pin", "tags", "volume"),
    *(*RESULT, "version", "invoice_id"),
)
_NULLS = IDS | {"invoice_id"}
_LARGEST_CAUSE = 2**31 - 1
_AT_ONCE = 500


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
        return _copied(_lines(some))
    names = ", ".join(COLUMNS)
    columns = [_values(some, name) for name in COLUMNS]
    try:
        database.connection().executemany(
            f"INSERT INTO xdr ({names}) VALUES ({marks(COLUMNS)})", zip(*columns, strict=True)
        )
    except DRIVER_ERRORS as error:
        if "UNIQUE constraint failed: xdr.day, xdr.key" in str(error):
            return False
        raise translated(error) from error
    return True


def _copied(text: str) -> bool:
    try:
        with (
            database.connection().cursor() as cursor,
            cursor.copy(f"COPY xdr ({', '.join(COLUMNS)}) FROM STDIN") as copy,
        ):
            copy.write(text)
    except psycopg.errors.UniqueViolation:
        return False
    except DRIVER_ERRORS as error:
        raise translated(error) from error
    return True


def _lines(rows: Rows) -> str:
    columns = [_texts(rows, name) for name in COLUMNS]
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n"


def _texts(rows: Rows, name: str) -> list[str]:
    """A column in the words of COPY."""
    column = rows[name]
    if name == "key":
        return ["\\\\x" + key.hex() for key in column]
    if name in TEXTS:
        whole = "".join(column)
        if "\\" in whole or "\t" in whole:
            return [each.replace("\\", "\\\\").replace("\t", "\\t") for each in column]
        return list(column)
    values = _values(rows, name)
    if values.count(values[0]) == len(values):
        return ["\\N" if values[0] is None else str(values[0])] * len(values)
    if name in _NULLS:
        return ["\\N" if value is None else str(value) for value in values]
    return list(map(str, values))


def _values(rows: Rows, name: str) -> list[Any]:
    column = rows[name]
    if isinstance(column, list):
        return column
    if name == "cause":
        column = column.clip(-_LARGEST_CAUSE, _LARGEST_CAUSE)
    values: list[Any] = column.tolist()
    if name in _NULLS and NONE in values:
        return [None if value == NONE else value for value in values]
    return values


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


def stored(tx: Tx, where: str, params: Sequence[Any], order: str, most: int) -> Rows:
    """Legs as they lie there: the first `most` by `order` of those for which `where` (SQL of ours) holds."""
    import numpy as np

    some = f"{where} ORDER BY {order} LIMIT ?"
    if tx.dialect == "sqlite":
        # It has no index of a day by id, and would sort whole rows of the day for each portion.
        some = f"id IN (SELECT id FROM xdr WHERE {some}) ORDER BY {order}"
    found = tx.all(f"SELECT {', '.join(STORED)} FROM xdr WHERE {some}", (*params, most))
    columns = list(zip(*found, strict=True)) or [()] * len(STORED)
    made: dict[str, Any] = {}
    for name, column in zip(STORED, columns, strict=True):
        if name in TEXTS:
            made[name] = list(column)
        elif name in _NULLS:
            made[name] = np.array([NONE if value is None else value for value in column], np.int64)
        else:
            made[name] = np.array(column, np.int64)
    return Rows(made)


def unchanged(tx: Tx, rows: Rows) -> Ints:
    """Places of those that still are as they were read; nobody changes them before the transaction ends."""
    import numpy as np

    now: dict[tuple[int, int], int] = {}
    identities = rows["id"].tolist()
    for day in np.unique(rows["day"]).tolist():
        ids = sorted(np.array(identities)[rows["day"] == day].tolist())
        for at in range(0, len(ids), 20_000):
            some = ids[at : at + 20_000]
            if tx.dialect == "postgresql":
                # In the order of their ids: two that change the same legs must not wait for each other. An
                # array of another kind than the column would be gone through for each leg of the day.
                found = tx.all(
                    """SELECT id, version FROM xdr
                       WHERE day = ? AND id BETWEEN ? AND ? AND id = ANY(CAST(? AS BIGINT[]))
                       ORDER BY id FOR UPDATE""",
                    (day, some[0], some[-1], "{" + str(some)[1:-1] + "}"),
                )
            else:
                found = tx.all(
                    f"SELECT id, version FROM xdr WHERE day = ? AND id IN ({','.join(map(str, some))})",
                    (day,),
                )
            now.update({(day, row[0]): row[1] for row in found})
    asked = zip(rows["day"].tolist(), identities, rows["version"].tolist(), strict=True)
    return np.nonzero(np.array([now.get((day, one)) == version for day, one, version in asked], np.bool_))[0]


def change(tx: Tx, old: Rows, rows: Rows) -> None:
    """Write new results to legs that are ours (`unchanged`): columns that differ in any, and `version`."""
    # On SQLite an index is written anew by what stands in the statement, not by what differs in the row.
    names = (*(name for name in RESULT if _differs(old[name], rows[name])), "version")
    if tx.dialect == "postgresql":
        kinds = ["TEXT[]" if name in TEXTS else "BIGINT[]" for name in ("day", "id", *names)]
        given = ", ".join(f"CAST(? AS {kind})" for kind in kinds)
        sets = ", ".join(f"{name} = n.{name}" for name in names)
        tx.run(
            f"""UPDATE xdr x SET {sets} FROM unnest({given}) AS n(day, id, {", ".join(names)})
                WHERE x.day = n.day AND x.id = n.id AND {_within(rows, "day")} AND {_within(rows, "id")}""",
            [_array(rows, name) for name in ("day", "id", *names)],
        )
        return
    sets = ", ".join(f"{name} = ?" for name in names)
    columns = [_values(rows, name) for name in (*names, "id", "day")]
    tx.many(f"UPDATE xdr SET {sets} WHERE id = ? AND day = ?", list(zip(*columns, strict=True)))


def _array(rows: Rows, name: str) -> Any:
    """A column as PostgreSQL's array: of numbers its text, for which the driver takes ten times as long."""
    values = _values(rows, name)
    return values if name in TEXTS else "{" + str(values)[1:-1].replace("None", "NULL") + "}"


def _differs(old: Any, new: Any) -> bool:
    return bool(old != new if isinstance(old, list) else (old != new).any())


def _within(rows: Rows, name: str) -> str:
    """Only so much is to be read for a join: PostgreSQL cannot know what lies in an array."""
    return f"x.{name} BETWEEN {int(rows[name].min())} AND {int(rows[name].max())}"
