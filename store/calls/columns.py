"""Columns of legs in the words of the drivers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from domain.calls.row import IDS, TEXTS, Rows
from domain.rating.arrays import NONE

#: Where NULL stands for NONE.
NULLS = IDS | {"invoice_id"}
#: What the column of causes can hold.
LARGEST_CAUSE = 2**31 - 1


def values(rows: Rows, name: str) -> list[Any]:
    """What is bound for this column, a value for each row."""
    column = rows[name]
    if isinstance(column, list):
        return column
    if name == "cause":
        column = column.clip(-LARGEST_CAUSE, LARGEST_CAUSE)
    values: list[Any] = column.tolist()
    if name in NULLS and NONE in values:
        return [None if value == NONE else value for value in values]
    return values


def said(rows: Rows, names: Iterable[str]) -> tuple[list[str], list[list[Any]]]:
    """How a statement of SQLite says these columns, and what is bound for those that it says as ``?``.

    A number that is the same in all rows stands in the text, and so does a text that is empty in all: a
    sixth of the time to write calls went into binding those for each row.
    """
    words: list[str] = []
    bound: list[list[Any]] = []
    for name in names:
        column = rows[name]
        if name in TEXTS and not any(column):
            words.append("''")
        elif not isinstance(column, list) and is_same(column):
            value = values(Rows({name: column[:1]}), name)[0]
            words.append("NULL" if value is None else str(value))
        else:
            words.append("?")
            bound.append(values(rows, name))
    return words, bound


def is_same(column: Any) -> bool:
    """Whether all rows hold the same."""
    if isinstance(column, list):
        return column.count(column[0]) == len(column)
    return bool((column == column[0]).all())
