"""Is the first in line found without looking at all who wait, and is it the first?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from coordinator.order import order_key
from store import database
from store.run import waiting
from store.tx import Tx
from tests.support import rows
from tests.support.opened import DATABASES, opened_database

NOW = 1_800_000_000.0
AGE_STEP = 60.0


@pytest.fixture(params=DATABASES, autouse=True)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    yield from opened_database(request, tmp_path)


def first(limit: int) -> list[int]:
    tx = database.read()
    return [row[0] for row in tx.all(*waiting.first_in_line(tx.dialect, NOW, AGE_STEP, limit))]


@pytest.mark.parametrize("seed", range(3))
def test_the_first_of_each_priority_are_enough(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    rows.service("mail")
    rows.service("paused", paused_at=NOW - 5)
    rows.service("on", paused_at=NOW - 50, paused_until=NOW - 1)
    line, made = [], []
    for number in range(1, 200):
        service = chance.choice(("mail", "mail", "on", "paused"))
        waited, priority = chance.choice((0.0, 30.0, 90.0, chance.uniform(0, 900))), chance.randint(0, 10)
        not_before = chance.choice((None, NOW - 1, NOW + 1))
        preempt = chance.random() < 0.02
        made.append((number, service, priority, NOW - waited, NOW - waited, not_before, preempt))
        if service != "paused" and not_before != NOW + 1:
            about = {"priority": priority, "queued_at": NOW - waited, "preempt": preempt}
            line.append(order_key(run_id=number, now=NOW, age_step=AGE_STEP, **about))
    sql = """INSERT INTO run (id, service, trigger, state, roles, priority, requested_at, queued_at,
                              not_before, preempt)
             VALUES (?, ?, 'manual', 'queued', 'master', ?, ?, ?, ?, ?)"""
    database.write(lambda tx: tx.many(sql, made))
    expected = [number for *_, number in sorted(line)]
    assert first(7) == expected[:7]
    assert first(500) == expected


def test_who_waits_for_a_held_group_is_not_first() -> None:
    rows.service("mail")
    rows.run(1, "running", run_groups="g")
    rows.put("membership", run_id=1, run_group="g", held=True)
    for number, group in ((2, "g"), (3, "free")):
        rows.run(number, "queued", run_groups=group)
        rows.put("membership", run_id=number, run_group=group, held=False)
    assert first(5) == [3]


def test_neither_look_at_the_line_reads_all_who_wait() -> None:
    rows.service("mail")
    tx = database.read()
    looks = {
        "first": waiting.first_in_line(tx.dialect, NOW, AGE_STEP, 64),
        "groups": waiting.of_groups(tx.dialect, ["g", "h"], NOW, AGE_STEP, 64),
        "runs": waiting.of_runs(tx.dialect, [1, 2]),
    }
    for name, (sql, params) in looks.items():
        if tx.dialect == "sqlite":
            plan = "\n".join(str(row[3]) for row in tx.all(f"EXPLAIN QUERY PLAN {sql}", params))
            wrong = re.search(r"SCAN r\b(?! USING (COVERING )?INDEX run_first)", plan)
            assert not wrong, f"{name}:\n{plan}"
            continue

        def explained(tx: Tx, sql: str = sql, params: object = params) -> str:
            fill = """INSERT INTO run (id, service, trigger, state, priority, roles, requested_at, queued_at)
                      SELECT n, 'mail', 'manual', 'queued', 5, 'master', n, n FROM generate_series(1, 5000) n
                      ON CONFLICT DO NOTHING"""
            tx.run(fill)
            return "\n".join(row[0] for row in tx.all(f"EXPLAIN {sql}", params))  # type: ignore[arg-type]

        plan = database.write(explained)
        assert "Seq Scan on run" not in plan, f"{name}:\n{plan}"
        assert name == "first" or "run_line" not in plan, f"{name}:\n{plan}"
