"""Are the results of calls written again as they should be, and only where nobody else changed them?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from domain.calls.row import RESULT, Rows
from domain.rating.arrays import NONE
from store import database
from store.calls import rewriting, stored
from store.tx import Tx
from tests.support import call_rows
from tests.support.call_rows import DAY, Row

ODD = "a\"b,{c}\\d'NULL"


@pytest.mark.usefixtures("engine_database")
def test_what_differs_is_written_and_the_rest_of_the_call_stays() -> None:
    call_rows.batch([Row(), Row(client_id=None, reason=4), Row(client_id=2), Row(client_id=3)])
    before = _table()
    old = _read()
    new: dict[str, Any] = {name: old[name] for name in RESULT}
    new["client_id"] = np.array([NONE, 7, 2, 3])
    new["reason"] = np.array([4, 0, 0, 0])
    new["code"] = ["44", "44", ODD, ""]
    new["cost"] = np.array([1_000_000, -(2**62), 1_000_000, 0])
    changed = Rows({**old.columns, **new, "version": old["version"] + 1})
    assert database.write(lambda tx: rewriting.change(tx, old, changed))
    said: tuple[dict[str, Any], ...] = (
        {"client_id": None, "reason": 4},
        {"client_id": 7, "reason": 0, "cost": -(2**62)},
        {"code": ODD},
        {"code": "", "cost": 0},
    )
    assert _table() == [{**row, **each, "version": 2} for row, each in zip(before, said, strict=True)]


@pytest.mark.usefixtures("engine_database")
def test_a_call_that_somebody_changed_meanwhile_is_not_ours() -> None:
    call_rows.batch([Row(at=(DAY + n % 2) * 86400) for n in range(6)])
    read = Rows(
        {name: _joined(_read(DAY)[name], _read(DAY + 1)[name]) for name in ("id", "day", "version")}
        | {"at": np.zeros(6, np.int64)}
    )
    theirs, gone = int(read["id"][1]), int(read["id"][5])

    def meanwhile(tx: Tx) -> None:
        tx.run("UPDATE xdr SET version = version + 1 WHERE id = ?", (theirs,))
        tx.run("DELETE FROM xdr WHERE id = ?", (gone,))

    database.write(meanwhile)
    assert database.write(lambda tx: rewriting.unchanged(tx, read).tolist()) == [0, 2, 3, 4]


@pytest.mark.usefixtures("engine_database")
@pytest.mark.parametrize(
    "meanwhile", ["UPDATE xdr SET version = 5 WHERE id = ?", "DELETE FROM xdr WHERE id = ?"]
)
def test_nothing_is_written_if_somebody_changed_one_of_them(meanwhile: str) -> None:
    call_rows.batch([Row(), Row(), Row()])
    old = _read()
    database.write(lambda tx: tx.run(meanwhile, (int(old["id"][1]),)))
    before = _table()
    dearer = Rows({**old.columns, "cost": old["cost"] + 1, "version": old["version"] + 1})
    assert not database.write(lambda tx: rewriting.change(tx, old, dearer))
    assert _table() == before


@pytest.mark.usefixtures("engine_database")
def test_of_two_only_one_changes_calls_of_a_day() -> None:
    if database.dialect() == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    free = "SELECT pg_try_advisory_xact_lock(?, ?)"

    def others_may(tx: Tx) -> list[bool]:
        rewriting.hold(tx, (DAY + 1, DAY))
        tx.value("SELECT 1")
        return [database.read().value(free, (rewriting.HOLDING, day)) for day in (DAY, DAY + 1, DAY + 2)]

    assert database.write(others_may) == [False, False, True]


@pytest.mark.usefixtures("engine_database")
def test_a_day_is_read_in_portions_by_the_numbers_of_its_calls() -> None:
    call_rows.batch([Row(at=(DAY + n % 2) * 86400, client_id=1 + n % 4 // 2) for n in range(20)])
    wanted = [row["id"] for row in _table() if row["day"] == DAY and row["client_id"] == 2]
    found: list[int] = []
    while len(some := _read(DAY, found[-1] if found else 0, "client_id = 2", most=2)):
        assert len(some) <= 2
        found += some["id"].tolist()
    assert found == wanted
    assert len(wanted) == 5


@pytest.mark.usefixtures("engine_database")
@pytest.mark.parametrize("apart", [1, 30])
def test_looking_at_what_lies_next_leaves_nothing_of_a_day_out(apart: int) -> None:
    call_rows.batch([Row(at=(DAY + (n % apart > 0)) * 86400) for n in range(120)])
    wanted = [row["id"] for row in _table() if row["day"] == DAY]
    found: list[int] = []
    while len(
        some := stored.read(database.read(), DAY, found[-1] if found else 0, "1 = 1", (), 3, near=True)
    ):
        found += some["id"].tolist()
    assert found == wanted


@pytest.mark.usefixtures("engine_database")
def test_a_call_that_belongs_to_nobody_comes_back_as_it_lies_there() -> None:
    call_rows.batch([Row(client_id=None, reason=4, dst="4420é"), Row(dst="", cost=2**63 - 1)])
    read = _read()
    assert read["client_id"].tolist()[0] == NONE
    assert read["dst"] == ["4420é", ""]
    assert read["cost"].tolist() == [1_000_000, 2**63 - 1]


def _joined(one: Any, other: Any) -> Any:
    return np.concatenate([one, other])


def _read(day: int = DAY, after: int = 0, where: str = "1 = 1", most: int = 100) -> Rows:
    return stored.read(database.read(), day, after, where, (), most)


def _table() -> list[dict[str, Any]]:
    rows = database.read().dicts("SELECT * FROM xdr ORDER BY id")
    return [{**row, "key": bytes(row["key"])} for row in rows]
