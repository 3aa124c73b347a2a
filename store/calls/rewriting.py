"""Rated legs get new results, where nobody else changed them since they were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from domain.calls.row import RESULT, TEXTS, Rows
from store.calls.columns import said, values
from store.tx import Tx

if TYPE_CHECKING:
    from domain.rating.arrays import Ints


#: Our key among the database's advisory locks, beside the day.
HOLDING = 0x78647265


def hold(tx: Tx, days: Sequence[int]) -> None:
    """Wait until nobody else who calls this changes calls of these days; SQLite has one writer anyway.

    An UPDATE of many rows locks them in any order: two that change the same calls could wait for each other.
    """
    if tx.dialect == "postgresql":
        for day in sorted(set(days)):
            tx.later("SELECT pg_advisory_xact_lock(?, ?)", (HOLDING, day))


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
    words, bound = said(rows, (*names, "day"))
    known, more = said(old, ("version",))
    sets = ", ".join(f"{name} = {word}" for name, word in zip(names, words, strict=False))
    return tx.many(
        f"UPDATE xdr SET {sets} WHERE day = {words[-1]} AND version = {known[0]} AND id = ?",
        zip(*bound, *more, values(rows, "id"), strict=True),
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
    found = values(rows, name)
    return found if name in TEXTS else "{" + str(found)[1:-1].replace("None", "NULL") + "}"


def _differs(old: Any, new: Any) -> bool:
    return bool(old != new if isinstance(old, list) else (old != new).any())


def _within(rows: Rows, name: str) -> str:
    """Only so much is to be read for a join: PostgreSQL cannot know what lies in an array."""
    return f"x.{name} BETWEEN {int(rows[name].min())} AND {int(rows[name].max())}"
