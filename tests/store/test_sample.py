"""Is what was measured kept, condensed and read as it was?"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from config import settings
from store import database, sample
from store.sample import Latest, Point
from store.tx import Tx
from tests.support.opened import DATABASES, opened_database
from tests.support.rows import ids

HOUR = 1_800_000_000  # a whole hour


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def add(at: float, value: float, metric: str = "cpu", about: str = "", node: str = "n1") -> int:
    return database.write(lambda tx: sample.add(tx, node, [(metric, about, value)], at))


def points(
    step: int = 0, since: float = 0, metric: str = "cpu", about: str = "", node: str = "n1"
) -> list[Point]:
    return sample.series(database.read(), node, metric, about, since, step)


def test_a_node_has_the_newest_sample_of_each_of_its_series() -> None:
    database.write(
        lambda tx: sample.add(tx, "n1", [("disk", "/b", 1), ("disk", "/a", 2), ("cpu", "", 3)], HOUR)
    )
    add(HOUR + 9.7, 5)
    add(HOUR + 20, 99, node="n2")
    assert sample.latest(database.read(), "n1") == [
        Latest("cpu", "", HOUR + 9, 5),
        Latest("disk", "/a", HOUR, 2),
        Latest("disk", "/b", HOUR, 1),
    ]


def test_a_series_is_read_from_an_instant_on() -> None:
    for second in (0, 10, 20):
        add(HOUR + second, second)
    assert points(since=HOUR + 9.5) == [Point(HOUR + s, s, s, s, 1) for s in (10, 20)]


def test_series_are_told_apart_by_node_metric_and_object() -> None:
    add(HOUR, 1, "disk", "/a")
    add(HOUR, 2, "disk", "/b")
    add(HOUR, 3, "load", "/a")
    add(HOUR, 4, "disk", "/a", node="n2")
    assert [point.mean for point in points(metric="disk", about="/a")] == [1]
    assert len(ids("series")) == 4


def test_each_span_has_its_lowest_mean_and_highest() -> None:
    for second, value in ((0, 4), (299, 1), (300, 10), (3599, 30), (3600, 7)):
        add(HOUR + second, value)
    assert points(300) == [
        Point(HOUR, 1, 2.5, 4, 2),
        Point(HOUR + 300, 10, 10, 10, 1),
        Point(HOUR + 3300, 30, 30, 30, 1),
        Point(HOUR + 3600, 7, 7, 7, 1),
    ]
    assert points(3600) == [Point(HOUR, 1, 11.25, 30, 4), Point(HOUR + 3600, 7, 7, 7, 1)]


def test_roll_ups_are_those_of_all_samples_whatever_the_clock_did() -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED") or random.randrange(10**6))
    print(f"seed {seed}")
    chance = random.Random(seed)
    kept: dict[int, float] = {}
    at = HOUR
    for _ in range(60):
        at += chance.choice((1, 60, 300, 300, 7200, -400, -4000))
        kept[at] = chance.uniform(-5, 5)
        add(at, kept[at])
    for step in (300, 3600):
        spans = groupby(sorted(kept), key=lambda at: at - at % step)
        values = [(start, [kept[at] for at in times]) for start, times in spans]
        expected = [Point(start, min(v), pytest.approx(fmean(v)), max(v), len(v)) for start, v in values]  # type: ignore[arg-type]
        assert points(step) == expected


def test_condensing_again_changes_nothing() -> None:
    for second in (0, 100, 400, 4000):
        add(HOUR + second, second)
    before = points(300), points(3600)
    for step in (300, 3600):
        database.write(lambda tx, step=step: sample.condense(tx, "n1", step, HOUR, HOUR + 4001))  # type: ignore[misc]
    assert (points(300), points(3600)) == before


def test_a_roll_up_outlives_its_samples_even_when_the_clock_is_set_back_to_it() -> None:
    for second in (0, 60, 120):
        add(HOUR + second, 5)
    database.write(lambda tx: tx.run("DELETE FROM sample"))
    add(HOUR + 180, 100)
    assert points(300) == [Point(HOUR, 5, 5, 5, 3)]


def test_the_last_of_two_samples_in_a_second_counts() -> None:
    add(HOUR + 0.1, 1)
    add(HOUR + 0.9, 2)
    assert [point.mean for point in points()] == [2]
    assert points(300) == [Point(HOUR, 2, 2, 2, 1)]


def test_what_is_no_number_is_left_out() -> None:
    figures = [("a", "", float("nan")), ("b", "", float("inf")), ("c", "", 1.0)]
    assert database.write(lambda tx: sample.add(tx, "n1", figures, HOUR)) == 1
    assert [each.metric for each in sample.latest(database.read(), "n1")] == ["c"]


def test_many_nodes_are_kept_in_one_transaction_each_at_its_own_moment() -> None:
    looks = [(f"n{n}", [("cpu", "", float(n)), ("load", "", 0.5)], HOUR + 400.0 * n) for n in (3, 1, 2)]
    assert database.write(lambda tx: sample.add_all(tx, looks)) == 6
    for n in (1, 2, 3):
        at = HOUR + 400 * n
        assert points(node=f"n{n}") == [Point(at, n, n, n, 1)]
        assert points(300, node=f"n{n}") == [Point(at - at % 300, n, n, n, 1)]
        assert points(3600, node=f"n{n}") == [Point(HOUR, n, n, n, 1)]


def test_nothing_measured_is_nothing_kept() -> None:
    assert database.write(lambda tx: sample.add_all(tx, [("n1", [], HOUR)])) == 0
    assert ids("series") == []


def test_a_server_has_figures_that_no_node_can_have() -> None:
    with pytest.raises(ValueError, match="name"):
        settings.Node(name=sample.of_server(7))


def test_a_new_sample_reads_its_own_series_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL would rather read the whole table once than half of its series by their key."""
    for second in range(0, 40, 2):
        looks = [(f"n{n}", [("cpu", "", 1.0)], HOUR + second + each) for n in range(200) for each in (0, 1)]
        database.write(lambda tx, looks=looks: sample.add_all(tx, looks))  # type: ignore[misc]
    database.write(lambda tx: tx.run("ANALYZE"))
    seen: list[tuple[str, Any]] = []
    run = Tx.run

    def noted(self: Tx, sql: str, params: Any = ()) -> int:
        seen.append((sql, params))
        return run(self, sql, params)

    monkeypatch.setattr(Tx, "run", noted)
    again = [(f"n{n}", [("cpu", "", 2.0)], HOUR + 50.0) for n in range(100)]
    database.write(lambda tx: sample.add_all(tx, again))
    (first,) = [each for each in seen if "JOIN" in each[0] and "sample" in each[0]]
    read = database.read()
    explain = "EXPLAIN QUERY PLAN" if read.dialect == "sqlite" else "EXPLAIN"
    plan = "\n".join(str(row[-1]) for row in read.all(f"{explain} {first[0]}", first[1]))
    assert not re.search(r"SCAN x|Seq Scan on sample", plan), plan


def test_a_step_that_is_not_kept_is_refused() -> None:
    with pytest.raises(ValueError, match="step: expected 0 or one of 300, 3600, got 60"):
        points(60)
