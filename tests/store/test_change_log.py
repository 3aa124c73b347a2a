"""Is the audit trail read page by page, by time and by word, without reading all of it?"""

from __future__ import annotations

import pytest

from store import change, change_log, database
from store.change_log import Wanted
from store.tx import Tx

START = 1_000_000.0


def write(count: int, **more: str) -> None:
    """One entry a minute: actor a0, a1, a2, a0, …"""

    def work(tx: Tx) -> None:
        for n in range(count):
            what = {"actor": f"a{n % 3}", "action": "disable", "target": f"service s{n}", **more}
            change.record(tx, now=START + 60 * n, **what)  # type: ignore[arg-type]

    database.write(work)


def objects(wanted: Wanted, limit: int = 4) -> list[str]:
    """What all pages together show, and none twice."""
    found, before = [], None
    while True:
        rows, before = change_log.page(database.read(), wanted, limit, before)
        assert len(rows) <= limit
        found += [row["object"].removeprefix("service ") for row in rows]
        if before is None:
            return found


def test_pages_show_every_entry_once_the_newest_first(engine_database: str) -> None:
    write(10)
    assert objects(Wanted()) == [f"s{n}" for n in range(9, -1, -1)]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_time_is_found_wherever_it_is(engine_database: str, limit: int) -> None:
    write(10)
    assert objects(Wanted(since=START + 180, until=START + 360), limit) == ["s5", "s4", "s3"]
    assert objects(Wanted(until=START), limit) == []
    assert objects(Wanted(since=START + 9_000), limit) == []


def test_words_narrow_and_mean_themselves(engine_database: str) -> None:
    write(7)
    assert objects(Wanted(actor="A1")) == ["s4", "s1"]
    assert objects(Wanted(object="S3")) == ["s3"]
    assert objects(Wanted(object="s%")) == []
    assert objects(Wanted(action="enable")) == []


def test_a_rare_word_far_back_is_found_over_several_pages(
    engine_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(1, target="service rare")
    write(30)
    monkeypatch.setattr(change_log, "REACH", 10)
    rows, before = change_log.page(database.read(), Wanted(object="rare"), 5)
    assert rows == []
    assert before is not None
    assert objects(Wanted(object="rare")) == ["rare"]


def test_an_empty_trail_has_one_empty_page(engine_database: str) -> None:
    assert change_log.page(database.read(), Wanted(since=1.0, until=2.0), 5) == ([], None)


def test_gone_entries_are_no_end(engine_database: str) -> None:
    write(10)
    database.write(lambda tx: tx.run("DELETE FROM change WHERE id IN (4, 5, 6)"))
    assert objects(Wanted(until=START + 420)) == ["s6", "s2", "s1", "s0"]
