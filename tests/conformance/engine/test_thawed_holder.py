"""Can a holder that was stopped (SIGSTOP) for longer than its lease do anything to the new holder?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from store import database, process
from tests.support.engine import Engine
from tests.support.until import until

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("retry_lost", [True, False], ids=["the same run again", "the next run"])
def test_it_ends_renews_and_claims_nothing(engine: Engine, retry_lost: bool) -> None:
    engine.make_service("holder", run_groups=["g", "h"], retry_lost=retry_lost)
    old_process = engine.make_node()
    run_id = engine.request("holder")
    fence = engine.run(run_id)["fence"]
    words = [database.url(), *map(str, (run_id, fence, old_process, int(engine.clock.now())))]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.thawed_holder", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            assert holder.stdout.readline() == "holds\n"
            os.kill(holder.pid, signal.SIGSTOP)
            until(lambda: psutil.Process(holder.pid).status() == psutil.STATUS_STOPPED, "it stands still")
            new_id = run_id if retry_lost else engine.request("holder", args={"n": 1})
            _let_its_lease_pass(engine)
            new = engine.claim(new_id)
            assert new is not None
            assert new.fence > fence

            holder.stdin.write("go on\n")
            holder.stdin.flush()
            os.kill(holder.pid, signal.SIGCONT)
            assert holder.stdout.read().split() == ["refused", "refused", "refused"]
        finally:
            holder.kill()
    assert engine.held() == {"g": new_id, "h": new_id}
    assert engine.end(new).ended is not None
    assert engine.states(run_id, new_id) == ["succeeded" if retry_lost else "lost", "succeeded"]


def _let_its_lease_pass(engine: Engine) -> None:
    """All but the stopped process renew theirs; the sweep gives it up."""
    alive = engine.make_process()
    lost: list[str] = []
    while not lost:
        engine.clock.advance(2)
        engine.write(lambda tx: process.renew(tx, alive, now=engine.clock.now()))
        lost = engine.sweep().lost
    assert lost == ["n1/worker-1"]
