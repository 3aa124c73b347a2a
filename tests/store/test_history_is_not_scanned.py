"""Does a long history slow down what the engine does all the time?"""

from __future__ import annotations

import re
from typing import Any

import pytest

from store.tx import Tx
from tests.support.engine import Engine, periodic


def test_no_statement_of_the_run_cycle_reads_through_all_runs(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = sqlite_engine
    engine.make_service("job", rule=periodic(1), run_groups=["g"])
    engine.make_service("plain")
    engine.make_node()
    engine.make_process(kind="system")
    seen: dict[str, Any] = {}
    execute = Tx._execute

    def noted(self: Tx, sql: str, params: Any, *more: Any) -> Any:
        seen.setdefault(sql, params)
        return execute(self, sql, params, *more)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "_execute", noted)
        _a_bit_of_everything(engine)
    scans = []
    for sql, params in seen.items():
        if re.match(r"\s*(SELECT|UPDATE|DELETE)", sql):
            plan = engine.rows(f"EXPLAIN QUERY PLAN {sql}", *params)
            scans += [(row[3], sql) for row in plan if re.fullmatch(r"SCAN (r|run|other)", row[3])]
    assert not scans, "\n".join(" ".join(sql.split()) for _, sql in scans)
    assert len(seen) > 30


def _a_bit_of_everything(engine: Engine) -> None:
    engine.clock.advance(60)
    (run_id,) = engine.tick(grant=True).queued
    waits = engine.request("job")
    run = engine.claim(run_id)
    assert run is not None
    engine.request("job", args={"n": 1}, preempt=True)
    engine.end(run, "failed", retries=1, here=engine.here())
    engine.end(engine.start("plain"))
    engine.cancel(waits)
    engine.edit(lambda editor: editor.disable("job"))
    for _ in range(12):
        engine.clock.advance(2)
        engine.sweep()
