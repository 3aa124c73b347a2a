"""Is a page of calls read by an index, and are sums right when several bring them up to date at once?"""

from __future__ import annotations

import re
from functools import partial
from threading import Thread
from typing import Any

import pytest

from store import database
from store.calls import days, listed, meta, mismatches, report, summary
from store.calls.listed import Place, Search
from store.tx import Tx
from tests.support import call_rows
from tests.support.call_rows import DAY, NOW, Row
from tests.support.engine import Engine

RUNNERS = 4


def test_no_page_of_calls_reads_through_all_calls(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_rows.batch([Row(), Row(client_id=None, reason=4)])
    database.write(partial(meta.count, fence=1, now=NOW, most=10))
    seen: list[tuple[str, Any]] = []
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        seen.append((sql, params))
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        tx = database.read()
        for search in (
            Search(DAY - 6, DAY),
            Search(DAY - 6, DAY, client_id=1, number="44"),
            Search(DAY - 6, DAY, mismatched=True),
        ):
            listed.page(tx, search, 50)
            listed.page(tx, search, 50, Place(DAY, 100))
        listed.one(tx, DAY, 1)
        mismatches.groups(tx, DAY - 6, DAY)
        report.grouped(tx, report.Wanted((DAY - 6) * 24, DAY * 24), "client", 100)
        days.listed(tx, before=DAY)
    assert len(seen) > 12
    for sql, params in seen:
        plan = [row[3] for row in sqlite_engine.rows(f"EXPLAIN QUERY PLAN {sql}", *params)]
        scans = [line for line in plan if re.fullmatch(r"SCAN (x|xdr|s|summary|call_day)( USING .*)?", line)]
        assert not scans, "\n".join([*plan, " ".join(sql.split())])


@pytest.mark.usefixtures("engine_database")
def test_runners_at_the_same_time_take_each_batch_in_once() -> None:
    for n in range(12):
        call_rows.batch([Row(client_id=n % 3, at=DAY * 86400 + n * 1800) for _ in range(20)])
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while database.write(partial(summary.roll_up, fence=1, now=NOW, most=30)).batches:
                pass
            while database.write(partial(meta.count, fence=1, now=NOW, most=30)).batches:
                pass
        except BaseException as error:
            failures.append(error)
        finally:
            database.drop_connection()

    threads = [Thread(target=work) for _ in range(RUNNERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(row["attempts"] for row in call_rows.table("summary")) == 240
    assert [row["legs"] for row in call_rows.table("call_day")] == [240]
