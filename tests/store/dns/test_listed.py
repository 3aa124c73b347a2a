"""Are zones of any size looked through by pages, and never read whole for a page?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.dns.zone_copy import Row, fingerprint
from store import database, migrate
from store.dns import listed, record, zone
from store.tx import Tx
from tests.actors.dns.scene import NOW, add
from tests.support.opened import DATABASES, opened_database


@pytest.fixture(params=DATABASES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def copied(zone_id: int, rows: list[Row]) -> None:
    def work(tx: Tx) -> None:
        number = zone.begin(tx, zone_id, NOW)
        zone.add(tx, zone_id, number, [(fingerprint(each), each) for each in rows], NOW)
        zone.publish(tx, zone_id, number, serial=1, note="", changed=True, now=NOW)

    database.write(work)


def test_pages_come_one_after_another_and_miss_nothing(opened: None) -> None:
    zone_id = add("zone", name="a.example", host="192.0.2.1")
    rows = [Row(f"h{n % 7}.a.example.", 60, "A", f"192.0.2.{n}") for n in range(50)]
    copied(zone_id, rows)
    found: list[str] = []
    after: int | None = None
    while True:
        page, after = record.page(database.read(), zone_id, limit=8, after=after)
        found += [row["rdata"] for row in page]
        if after is None:
            break
    assert sorted(found) == sorted(each.data for each in rows)
    names, following = listed.zones(database.read(), now=NOW)
    assert ([row["records"] for row in names], following) == ([50], None)


def test_a_part_of_a_name_is_a_text_and_no_pattern(opened: None) -> None:
    zone_id = add("zone", name="a.example", host="192.0.2.1")
    copied(
        zone_id, [Row("_dmarc.a.example.", 60, "TXT", '"100%"'), Row("xdmarc.a.example.", 60, "TXT", '"1"')]
    )
    assert [row["name"] for row in record.page(database.read(), zone_id, text="_DMARC")[0]] == [
        "_dmarc.a.example."
    ]
    assert len(record.page(database.read(), zone_id, text="%")[0]) == 1


def test_a_page_of_a_large_zone_reads_no_more_than_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.open(f"sqlite:///{tmp_path}/t.db")
    migrate.up()
    zone_id = add("zone", name="a.example", host="192.0.2.1")
    asked: list[tuple[str, Any]] = []
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        asked.append((sql, params))
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        record.page(database.read(), zone_id, limit=10, after=5)
        record.page(database.read(), zone_id, limit=10, gone=True)
        database.write(lambda tx: zone.begin(tx, zone_id, NOW))
        zone.known(database.read(), zone_id)
    for sql, params in asked:
        if "dns_record" in sql:
            plan = [row[3] for row in database.read().all(f"EXPLAIN QUERY PLAN {sql}", params)]
            assert not [step for step in plan if step.startswith("SCAN")], plan
            # What is gone is little, and sorted when it is looked at.
            assert "gone_read <= s.published ORDER" in sql or "TEMP B-TREE" not in " ".join(plan), plan
    database.close()
