"""Rated legs: written in bulk, each once for good by its day and key; and read again to be rated again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import psycopg

from domain.calls.row import COLUMNS, IDS, RESULT, TEXTS, Rows
from domain.rating.arrays import NONE
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
#: So many ids for each leg that is wanted are looked through, before the whole day is.
_NEXT = 4
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
    names = ", ".join(COLUMNS)
    columns = [_values(some, name) for name in COLUMNS]
    try:
        tx.connection.executemany(
            f"INSERT INTO xdr ({names}) VALUES ({marks(COLUMNS)})", zip(*columns, strict=True)
        )
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
        if name != "key" and _is_same(column):
            same[name] = _texts(name, column[:1])[0]
        else:
            differ[name] = _texts(name, column)
    end = "".join(f"\t{text}" for text in same.values()) + "\n"
    return [*differ, *same], end.join(map("\t".join, zip(*differ.values(), strict=True))) + end


def _is_same(column: Any) -> bool:
    if isinstance(column, list):
        return column.count(column[0]) == len(column)
    return bool((column == column[0]).all())


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
        column = column.clip(-_LARGEST_CAUSE, _LARGEST_CAUSE)
    least, most = int(column.min()), int(column.max())
    if most - least < len(column):
        # Few different ones: each is turned into text once.
        words = [
            _NULL if name in _NULLS and value == NONE else str(value) for value in range(least, most + 1)
        ]
        return list(map(words.__getitem__, (column - least).tolist()))
    found = list(map(str, column.tolist()))
    if name in _NULLS and least <= NONE <= most:
        for place in (column == NONE).nonzero()[0].tolist():
            found[place] = _NULL
    return found


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


def stored(
    tx: Tx, day: int, after: int, where: str, params: Sequence[Any], most: int, *, near: bool = False
) -> Rows:
    """Legs of a day as they lie there: the first `most` with an id above `after` for which `where` (SQL of
    ours) holds, by id. `near`: most of the legs next to `after` are of this day, and wanted.

    Each column comes as one text: a tuple for each leg costs twice as much, most of it for the collector of
    garbage. No text of a leg holds a line break.
    """
    if tx.dialect == "postgresql":
        return _read(tx, f"day = ? AND id > ? AND {where} ORDER BY id LIMIT ?", (day, after, *params, most))
    # SQLite has no index of a day by id: it sorts the ids of the whole day, or looks at what lies next.
    if near:
        some = f"+day = ? AND id > ? AND id <= ? AND {where} ORDER BY id LIMIT ?"
        found = _read(tx, some, (day, after, after + _NEXT * most, *params, most))
        if len(found) == most:
            return found
    some = f"id IN (SELECT id FROM xdr WHERE day = ? AND id > ? AND {where} ORDER BY id LIMIT ?) ORDER BY id"
    return _read(tx, f"{some} LIMIT -1", (day, after, *params, most))


def _read(tx: Tx, some: str, params: Sequence[Any]) -> Rows:
    joined = ", ".join(_joined(tx, name) for name in STORED)
    inner = f"SELECT {', '.join(STORED)} FROM xdr WHERE {some}"
    found = tx.one(f"SELECT COUNT(*), {joined} FROM ({inner}) s", params) or (0,)
    return Rows({name: _split(name, found[0], text) for name, text in zip(STORED, found[1:], strict=True)})


def _joined(tx: Tx, name: str) -> str:
    value, between = name, "CHR(10)" if tx.dialect == "postgresql" else "CHAR(10)"
    if name in _NULLS:
        value = f"COALESCE({name}, {NONE})"
    if tx.dialect == "sqlite":
        return f"GROUP_CONCAT({value}, {between})"
    return f"STRING_AGG({value if name in TEXTS else f'CAST({value} AS TEXT)'}, {between})"


def _split(name: str, many: int, text: str | None) -> Any:
    import numpy as np

    if text is None:
        return [] if name in TEXTS else np.zeros(0, np.int64)
    found = text.split("\n") if name in TEXTS else np.fromstring(text, np.int64, sep="\n")
    if len(found) != many:
        raise ValueError(f"xdr.{name}: a call holds a line break, and cannot be rated again")
    return found


def change(tx: Tx, old: Rows, rows: Rows) -> bool:
    """Write new results to legs that still are as they were read: columns that differ in any, and `version`.

    False if somebody changed one of them since: then nothing is written (see `unchanged`).
    """
    if not len(rows):
        return True
    # On SQLite an index is written anew by what stands in the statement, not by what differs in the row.
    names = (*(name for name in RESULT if _differs(old[name], rows[name])), "version")
    tx.run("SAVEPOINT change")
    if _changed(tx, old, rows, names) == len(rows):
        tx.run("RELEASE SAVEPOINT change")
        return True
    tx.run("ROLLBACK TO SAVEPOINT change")
    return False


def _changed(tx: Tx, old: Rows, rows: Rows, names: Sequence[str]) -> int:
    if tx.dialect == "postgresql":
        kinds = ["TEXT[]" if name in TEXTS else "BIGINT[]" for name in ("day", "id", "version", *names)]
        given = ", ".join(f"CAST(? AS {kind})" for kind in kinds)
        sets = ", ".join(f"{name} = n.{name}" for name in names)
        return tx.run(
            f"""UPDATE xdr x SET {sets} FROM unnest({given}) AS n(day, id, known, {", ".join(names)})
                WHERE x.day = n.day AND x.id = n.id AND x.version = n.known
                  AND {_within(rows, "day")} AND {_within(rows, "id")}""",
            [
                *(_array(rows, "day"), _array(rows, "id"), _array(old, "version")),
                *(_array(rows, name) for name in names),
            ],
        )
    sets = ", ".join(f"{name} = ?" for name in names)
    columns = [*(_values(rows, name) for name in (*names, "id", "day")), _values(old, "version")]
    return tx.many(
        f"UPDATE xdr SET {sets} WHERE id = ? AND day = ? AND version = ?", list(zip(*columns, strict=True))
    )


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


def _array(rows: Rows, name: str) -> Any:
    """A column as PostgreSQL's array: of numbers its text, for which the driver takes ten times as long."""
    values = _values(rows, name)
    return values if name in TEXTS else "{" + str(values)[1:-1].replace("None", "NULL") + "}"


def _differs(old: Any, new: Any) -> bool:
    return bool(old != new if isinstance(old, list) else (old != new).any())


def _within(rows: Rows, name: str) -> str:
    """Only so much is to be read for a join: PostgreSQL cannot know what lies in an array."""
    return f"x.{name} BETWEEN {int(rows[name].min())} AND {int(rows[name].max())}"
