"""A short mix of faults on both stacks: the promises hold, by the journal and the API alone.

`make chaos` goes on for as long as it is told, with longer faults; `TICKWORKS_TEST_SEED` sets the order here.
"""

from __future__ import annotations

import os
import random
import threading

import pytest

from tests.chaos.mix import Plan, run_round

#: Those whose like no other test has; `make chaos` knows the others too.
EMBEDDED = [
    "kill_worker", "kill_system_worker", "kill_beat", "kill_daemon", "kill_agent", "freeze_worker",
    "freeze_node", "shift_clock", "lock_database", "fill_disk",
]  # fmt: skip
SERVERS = [
    "kill_worker", "kill_agent", "freeze_node", "shift_clock", "kill_rabbitmq", "purge_queues",
    "restart_postgresql", "freeze_postgresql", "cut_database", "cut_broker",
]  # fmt: skip


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("stack", "faults"), [("embedded", EMBEDDED), ("servers", SERVERS)])
def test_the_promises_hold_in_a_short_mix_of_faults(
    stack: str, faults: list[str], request: pytest.FixtureRequest
) -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(1_000_000)))
    print(f"seed {seed}")
    names = ["postgresql_server", "rabbitmq_server"] if stack == "servers" else []
    servers = [request.getfixturevalue(name) for name in names]
    plan = Plan(seed, seconds=65, span=(1.0, 6.0), pause=(0.3, 1.5), each=0.1, faults=faults)
    done = run_round(stack, plan, threading.Event(), *servers)
    print(done.text())
    assert done.checked.findings == []
    assert done.checked.counts["planned minutes"] >= 1
    assert done.checked.counts["ended succeeded"] >= 100
    assert len({line["name"] for line in done.lines if line["what"] == "fault"}) >= 5
