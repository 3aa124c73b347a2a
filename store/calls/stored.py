"""Rated legs are read as they lie there, to be rated again."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from domain.calls.row import RESULT, TEXTS, Rows
from domain.rating.arrays import NONE
from store.calls.columns import NULLS
from store.tx import Tx

#: What a leg is read by to be rated again; `Rows` of it can be compared with what it was.
STORED = (
    *("id", "day", "at", "origin", "gateway", "src", "dst", "host", "name", "pin", "tags", "volume"),
    *(*RESULT, "version", "invoice_id"),
)
#: So many ids for each leg that is wanted are looked through, before the whole day is.
_NEXT = 4
#: Rows that SQLite gives at a time.
_AT_ONCE = 100


def read(
    tx: Tx, day: int, after: int, where: str, params: Sequence[Any], most: int, *, near: bool = False
) -> Rows:
    """Legs of a day as they lie there: the first `most` with an id above `after` for which `where` (SQL of
    ours) holds, by id. `near`: most of the legs next to `after` are of this day, and wanted.
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
    names = [f"COALESCE({name}, {NONE}) AS {name}" if name in NULLS else name for name in STORED]
    inner = f"SELECT {', '.join(names)} FROM xdr WHERE {some}"
    return _joined(tx, inner, params) if tx.dialect == "postgresql" else _fetched(tx, inner, params)


def _fetched(tx: Tx, inner: str, params: Sequence[Any]) -> Rows:
    import numpy as np

    columns: list[list[str] | array[int]] = [[] if name in TEXTS else array("q") for name in STORED]
    for rows in tx.portions(inner, params, _AT_ONCE):
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
    found = zip(STORED, columns, strict=True)
    return Rows({name: np.array(each) if isinstance(each, array) else each for name, each in found})


def _joined(tx: Tx, inner: str, params: Sequence[Any]) -> Rows:
    """Each column comes as one text, in a third of the time; no text of a leg holds a line break."""
    texts = (name if name in TEXTS else f"CAST({name} AS TEXT)" for name in STORED)
    joined = ", ".join(f"STRING_AGG({text}, CHR(10))" for text in texts)
    found = tx.one(f"SELECT COUNT(*), {joined} FROM ({inner}) s", params) or (0,)
    return Rows({name: _split(name, found[0], text) for name, text in zip(STORED, found[1:], strict=True)})


def _split(name: str, many: int, text: str | None) -> Any:
    import numpy as np

    if text is None:
        return [] if name in TEXTS else np.zeros(0, np.int64)
    found = text.split("\n") if name in TEXTS else np.fromstring(text, np.int64, sep="\n")
    if len(found) != many:
        raise ValueError(f"xdr.{name}: a call holds a line break, and cannot be rated again")
    return found
