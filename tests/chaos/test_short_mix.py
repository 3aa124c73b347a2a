"""A short mix of faults on both stacks: the promises hold, by the journal and the API alone.

`make chaos` goes on for as long as it is told, with longer faults; `TICKWORKS_TEST_SEED` sets the order here.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator

import pytest

from tests.chaos.disk import may_mount
from tests.chaos.mix import Plan, run_round
from tests.chaos.server_on_disk import PostgresqlOnDisk
from tests.support import postgresql
from tests.support.process import require

#: Those whose like no other test has; `make chaos` knows the others too.
EMBEDDED = [
    "kill_worker", "kill_system_worker", "kill_beat", "kill_daemon", "kill_agent", "freeze_worker",
    "freeze_node", "shift_clock", "lock_database", "fill_disk", "fill_logs", "slow_disk", "late_holder",
]  # fmt: skip
SERVERS = [
    "kill_worker", "kill_agent", "freeze_node", "shift_clock", "kill_rabbitmq", "purge_queues",
    "restart_postgresql", "freeze_postgresql", "cut_database", "cut_broker", "fill_disk", "slow_disk",
    "late_holder",
]  # fmt: skip


#: They take a right to mount, which root does not have in most containers.
MOUNTED = {"fill_disk", "fill_logs"}
#: It takes a compiler, which root installs.
COMPILED = {"slow_disk"}


@pytest.fixture
def postgresql_on_disk() -> Iterator[PostgresqlOnDisk]:
    require(postgresql.installed() is not None, "PostgreSQL", "postgresql")
    server = PostgresqlOnDisk()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("stack", "faults"), [("embedded", EMBEDDED), ("servers", SERVERS)])
def test_the_promises_hold_in_a_short_mix_of_faults(
    stack: str, faults: list[str], request: pytest.FixtureRequest
) -> None:
    seed = int(os.environ.get("TICKWORKS_TEST_SEED", random.randrange(1_000_000)))
    print(f"seed {seed}")
    names = ["postgresql_on_disk", "rabbitmq_server"] if stack == "servers" else []
    servers = [request.getfixturevalue(name) for name in names]
    plan = Plan(seed, seconds=65, span=(1.0, 6.0), pause=(0.3, 1.5), each=0.1, faults=faults, each_once=True)
    done = run_round(stack, plan, threading.Event(), *servers)
    print(done.text())
    assert done.checked.findings == []
    assert done.checked.counts["planned minutes"] >= 1
    assert done.checked.counts["ended succeeded"] >= 100
    left_out = {line["name"] for line in done.lines if line["what"] == "left out"}
    assert not left_out & (MOUNTED if may_mount() else set())
    assert not left_out & (COMPILED if os.geteuid() == 0 else set())
    # A fault may find nobody to hit; most do.
    made = {line["name"] for line in done.lines if line["what"] == "fault"}
    assert len(made) >= len(faults) - len(left_out) - 3


@pytest.mark.timeout(200)
def test_a_retired_holder_that_thaws_writes_no_longer_than_a_heartbeat() -> None:
    plan = Plan(1, seconds=1, span=(0.1, 0.2), pause=(0.1, 0.2), each=0.1, faults=["late_holder"])
    done = run_round("embedded", plan, threading.Event())
    print(done.text())
    print(*(line for line in done.lines if line["what"] == "not done"))
    assert done.checked.findings == []
    assert done.checked.counts["lines of retired fences"] >= 1
