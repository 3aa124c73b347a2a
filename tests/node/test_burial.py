"""What becomes of the run of a process whose end the agent has seen?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from node.burial import bury
from node.deaths import Death
from store import process
from tests.support.engine import Engine

NO_DAEMON: Any = SimpleNamespace(ended=lambda *_: None)


@pytest.mark.parametrize(
    ("asked", "drains", "became"),
    [(False, False, "lost"), (False, True, "queued"), (True, False, "queued"), (True, True, "queued")],
    ids=["it fell", "it had said that it drains", "it was killed before it could say so", "as usual"],
)
def test_who_was_told_to_end_takes_no_run_along(
    engine: Engine, asked: bool, drains: bool, became: str
) -> None:
    engine.make_service("job", run_groups=["g"])
    engine.make_node()
    run, worker = engine.start("job"), engine.workers["n1"]
    if drains:
        engine.write(lambda tx: process.drain(tx, worker))
    (incarnation,) = engine.rows("SELECT incarnation FROM process WHERE id = ?", worker)[0]
    death = Death.read(Death(incarnation, asked, "killed by SIGKILL").line())
    now = engine.clock.now()
    engine.write(lambda tx: bury(tx, [death], "n1", NO_DAEMON, engine.rules, now))
    assert engine.state(run.run_id) == became
    assert engine.value("SELECT end_reason FROM process WHERE id = ?", worker) == "killed by SIGKILL"
