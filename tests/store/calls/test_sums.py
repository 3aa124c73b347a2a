"""Do the summary and the counters of days say what a full count of the calls says?"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from functools import partial
from typing import Any

import pytest

from store import database
from store.calls import day_state, meta, summary, to_do
from store.calls.turn import TurnLost
from store.tx import Tx
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW, Row

pytestmark = pytest.mark.usefixtures("engine_database")

#: Batches taken in at once, in legs: less than one has, and all.
SIZES = (1, 40, 10_000)
RERATED = """UPDATE xdr SET client_id = ?, code = ?, cost = ?, reason = ?, version = version + 1, batch_id = ?
             WHERE day = ? AND id = ?"""


class Steps:
    """Random acts of a calculator, a rerating and an operator, and the two sums between them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.open: list[int] = []
        self.fence = 1

    def rows(self, most: int = 30) -> list[Row]:
        r = self.random
        found = []
        for _ in range(r.randint(1, most)):
            status, client = r.choice((1, 1, 2, 6)), r.choice((None, 1, 2, 3))
            found.append(
                Row(
                    at=(DAY - r.choice((0, 0, 0, 1, 5))) * 86400 + r.randrange(86400),
                    client_id=client,
                    account_id=client and client * 10 + r.randint(0, 1),
                    volume=r.randint(0, 300) if status == 1 else 0,
                    cost=r.randint(-5, 10_000) if client else 0,
                    reason=0 if client else 4,
                    status=status,
                    code=r.choice(("44", "4420", "")),
                    gateway=r.choice(("g1", "g2")),
                    origin=r.randint(0, 1),
                )
            )
        return found

    def rate(self) -> None:
        call_rows.batch(self.rows())

    def begin(self) -> None:
        """A batch of which one shard is written."""
        self.open.append(call_rows.batch(self.rows(), state="open"))

    def end(self) -> None:
        if self.open:
            number = self.open.pop(self.random.randrange(len(self.open)))
            database.write(lambda tx: call_rows.put(tx, number, self.rows(5)))
            call_rows.done(number)

    def rerate(self) -> None:
        """Some calls get another client, code and cost; half the time they say by which batch."""
        r = self.random
        rows = call_rows.table("xdr")
        some = r.sample(rows, min(len(rows), r.randint(1, 10)))
        number = call_rows.batch(kind="rerate", legs=len(some))
        moved = r.random() < 0.5
        parts = set()
        for row in some:
            client = r.choice((None, 1, 2, 3))
            parts |= {(row["day"], row["client_id"] or 0), (row["day"], client or 0)}
            values = (client, r.choice(("44", "49")), r.randint(0, 500), 4 if client is None else 0)
            change = (*values, number if moved else row["batch_id"], row["day"], row["id"])
            database.write(partial(Tx.run, sql=RERATED, params=change))
        call_rows.dirty(number, *parts)

    def delete(self) -> None:
        """A day goes."""
        day = DAY - self.random.choice((0, 1, 5))
        parts = {(day, row["client_id"] or 0) for row in call_rows.table("xdr") if row["day"] == day}
        database.write(lambda tx: tx.run("DELETE FROM xdr WHERE day = ?", (day,)))
        call_rows.dirty(call_rows.batch(kind="delete", legs=1), *parts)

    def roll_up(self) -> None:
        most = self.random.choice(SIZES)
        database.write(lambda tx: summary.roll_up(tx, self.fence, NOW, most))

    def count(self) -> None:
        most = self.random.choice(SIZES)
        database.write(lambda tx: meta.count(tx, self.fence, NOW, most))

    def finish(self) -> None:
        while self.open:
            self.end()
        while database.write(lambda tx: summary.roll_up(tx, self.fence, NOW, 50)).batches:
            pass
        while database.write(lambda tx: meta.count(tx, self.fence, NOW, 50)).batches:
            pass


def counted() -> tuple[dict[Any, Any], dict[Any, Any]]:
    """The summary and the days, from every call."""
    sums: dict[Any, list[int]] = defaultdict(lambda: [0] * len(summary.SUMS))
    days: dict[int, list[int]] = defaultdict(lambda: [0] * len(meta.SUMS))
    for row in call_rows.table("xdr"):
        who = (row["client_id"] or 0, row["account_id"] or 0)
        key = (row["at"] // 3600, row["origin"], *who, row["gateway"], row["code"], row["status"])
        amounts = [row[name] for name in ("volume", "billed", "cost", "pdd", "scd")]
        for place, value in enumerate((1, row["status"] == 1, *amounts)):
            sums[key][place] += value
        good = row["reason"] == 0
        for place, value in enumerate((1, good, not good, row["volume"], row["billed"])):
            days[row["day"]][place] += value
    return dict(sums), dict(days)


def kept() -> tuple[dict[Any, Any], dict[Any, Any]]:
    """What the tables say."""
    sums = {
        tuple(row[name] for name in summary.KEY): [int(row[name]) for name in summary.SUMS]
        for row in call_rows.table("summary")
    }
    days = {row["day"]: [row[name] for name in meta.SUMS] for row in call_rows.table("call_day")}
    return sums, {day: values for day, values in days.items() if any(values)}


def test_sums_equal_a_full_count_after_any_sequence_of_acts() -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(2**32)))
    print(f"TICKWORKS_TEST_SEED={seed}")
    steps = Steps(seed)
    acts = ("rate", "rate", "begin", "end", "rerate", "rerate", "delete", "roll_up", "roll_up", "count")
    for _ in range(120):
        getattr(steps, steps.random.choice(acts))()
    steps.finish()
    assert kept() == counted()
    assert call_rows.table("summary_dirty") == []


def test_a_late_call_lands_in_its_hour_and_day() -> None:
    call_rows.batch([Row()])
    Steps(1).finish()
    call_rows.batch([Row(at=(DAY - 40) * 86400 + 7200)])
    Steps(1).finish()
    assert kept() == counted()
    assert {row["hour"] for row in call_rows.table("summary")} == {DAY * 24 + 10, (DAY - 40) * 24 + 2}


def test_a_batch_that_is_committed_late_is_not_missed() -> None:
    """Numbers are given out before the transaction ends: a smaller one may come after a greater one."""
    first = call_rows.batch([Row()], state="open")
    call_rows.batch([Row()])
    Steps(1).finish()
    assert [row["attempts"] for row in call_rows.table("summary")] == [1]
    call_rows.done(first)
    Steps(1).finish()
    assert [row["attempts"] for row in call_rows.table("summary")] == [2]


def test_a_run_that_was_given_up_writes_nothing_more() -> None:
    call_rows.batch([Row()])
    database.write(lambda tx: summary.roll_up(tx, 7, NOW, 1))
    call_rows.batch([Row()])
    with pytest.raises(TurnLost):
        database.write(lambda tx: summary.roll_up(tx, 6, NOW, 1))
    assert database.write(lambda tx: summary.roll_up(tx, 7, NOW, 1)).legs == 1


def test_the_part_of_an_archived_day_is_not_made_anew_from_its_late_calls() -> None:
    call_rows.batch([Row(), Row()])
    Steps(1).finish()
    database.write(lambda tx: day_state.change(tx, DAY, ("open",), "archiving", "archive", NOW))
    database.write(lambda tx: tx.run("DELETE FROM xdr"))
    call_rows.dirty(call_rows.batch([], kind="rerate", legs=1), (DAY, 1))
    Steps(1).finish()
    assert [row["attempts"] for row in call_rows.table("summary")] == [2]


def test_what_is_read_but_not_rated_counts_as_fresh() -> None:
    def chunk(tx: Any) -> None:
        tx.run(
            """INSERT INTO xdr_chunk (legs, first_at, last_at, data, added_at)
               VALUES (7, ?, ?, ?, ?)""",
            (DAY * 86400 + 5, DAY * 86400 + 9, b"x", NOW),
        )

    def days() -> list[tuple[int, int]]:
        database.write(lambda tx: meta.look_ahead(tx, NOW))
        return [(row["day"], row["fresh"]) for row in call_rows.table("call_day")]

    database.write(chunk)
    assert days() == [(DAY, 7)]
    database.write(lambda tx: tx.run("DELETE FROM xdr_chunk"))
    assert days() == [(DAY, 0)]


def test_a_day_that_a_rerating_has_yet_to_do_counts_as_rerating() -> None:
    call_rows.batch([Row(), Row(at=(DAY - 1) * 86400)])
    Steps(1).finish()

    def ask(tx: Any) -> None:
        tx.run(
            """INSERT INTO rerating (state, first_day, last_day, filter, next_day, asked_by, asked_at)
               VALUES ('running', ?, ?, '{}', ?, 'ann', ?)""",
            (DAY - 1, DAY, DAY, NOW),
        )

    database.write(ask)
    database.write(lambda tx: meta.look_ahead(tx, NOW))
    assert {row["day"]: row["rerating"] for row in call_rows.table("call_day")} == {DAY - 1: 0, DAY: 1}


def test_a_state_belongs_to_its_holder() -> None:
    def change(frm: str, to: str, holder: str) -> bool:
        return database.write(lambda tx: day_state.change(tx, DAY, (frm,), to, holder, NOW))

    assert change("open", "rerating", "rerating:7")
    assert not change("open", "archiving", "archive")
    assert not change("rerating", "open", "archive")
    assert change("rerating", "rerating", "rerating:7")
    assert change("rerating", "open", "rerating:7")
    assert change("open", "archiving", "archive")
    assert day_state.states(database.read()) == {DAY: ("archiving", "archive")}


def test_nothing_waits_once_all_is_taken_in() -> None:
    call_rows.batch([Row()])
    assert to_do.left(database.read(), "is_summed") == 1
    Steps(1).finish()
    assert to_do.left(database.read(), "is_summed") == 0
