"""Do two nodes rate one batch, and does the end of the one that helps lose or double nothing?

TICKWORKS_TEST_SEED sets the seed of the calls.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import psutil
import psycopg
import pytest

from actors.calculating.elsewhere import WORTH
from config.load import load
from domain.calls.raw import RawLeg
from node.site import Site, open_site
from store import database, secret
from tests.actors.calculating.test_turn import agree
from tests.support import calls_to_rate
from tests.support.clock import FakeClock
from tests.support.site import RunningSite, running
from tests.support.until import until

SEED = int(os.environ.get("TICKWORKS_TEST_SEED") or Random().randrange(2**31))
#: So many that each part has one, of whatever many parts.
CLIENTS = 9


class Calls:
    """What was fed so far."""

    def __init__(self) -> None:
        print(f"TICKWORKS_TEST_SEED={SEED}")
        self.legs: list[RawLeg] = []
        self._random = Random(SEED)

    def feed(self) -> None:
        """A batch that is worth another node."""
        new = calls_to_rate.legs(self._random, WORTH, others=CLIENTS, first=len(self.legs))
        self.legs += new
        calls_to_rate.wait(new)


@pytest.fixture
def nodes(
    tmp_path: Path, postgresql_url: str, rabbitmq_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, RunningSite]]:
    """n1 has the calculator, n2 may help it with one worker; there are clients and rates."""
    monkeypatch.setattr(secret, "_source", None)
    with ExitStack() as sites:
        found = {}
        urls = {"database_url": postgresql_url, "broker_url": rabbitmq_url}
        for name, role in (("n1", "master"), ("n2", "calculation")):
            (tmp_path / name).mkdir()
            node = {"name": name, "roles": [role], "processes": 1, "threads": 4}
            some: dict[str, Any] = {} if name == "n1" else {"part": ("node",)}
            found[name] = RunningSite(tmp_path / name, services="", node=node, **urls, **some)
            file = tmp_path / name / "tickworks.toml"
            file.write_text(file.read_text().replace("[site]", '[site]\nprofiles = ["voice"]'))
            sites.enter_context(running(found[name]))
            if name == "n1":
                made: Site = replace(open_site(load(file, {})), clock=FakeClock())
                calls_to_rate.clients(made, CLIENTS)
                until(calculator_runs, "the calculator runs", seconds=40)
        yield found


def calculator_runs() -> bool:
    sql = "SELECT node FROM daemon WHERE service = 'calculator' AND state = 'running'"
    return bool(database.read().value(sql) == "n1")


def rated() -> bool:
    tx = database.read()
    waiting = "SELECT 1 FROM rating_batch WHERE state = 'open' UNION SELECT 1 FROM xdr_chunk LIMIT 1"
    return not tx.value(waiting)


def on_both_nodes() -> bool:
    """The last two batches: a node that came too late for the last but one is not asked for the last."""
    sql = """SELECT COUNT(DISTINCT node) FROM rating_shard WHERE state = 'done'
             GROUP BY batch_id ORDER BY batch_id DESC LIMIT 2"""
    return [row[0] for row in database.read().all(sql)] == [2, 2]


def waits_for_a_lock(pid: int) -> bool:
    """The process is in the midst of a part: it waits for balances that we hold, or for who does."""
    ports = {each.laddr.port for each in psutil.Process(pid).net_connections("tcp")}
    sql = """SELECT client_port FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    return not ports.isdisjoint(row[0] for row in database.read().all(sql))


@contextmanager
def balances_of_the_last_part_held(url: str) -> Iterator[None]:
    shards = database.read().value("SELECT shards FROM rating_batch ORDER BY id DESC LIMIT 1")
    with psycopg.connect(url) as holder:
        sql = "SELECT 1 FROM balance WHERE organisation_id % %s = %s FOR UPDATE"
        assert holder.execute(sql.replace(" % ", " %% "), (shards, shards - 1)).fetchall()
        yield


@pytest.mark.timeout(180)
def test_two_nodes_rate_one_batch_and_a_killed_one_loses_and_doubles_nothing(
    nodes: dict[str, RunningSite], postgresql_url: str
) -> None:
    calls = Calls()

    def helped() -> bool:
        calls.feed()
        until(rated, "the batch is rated", seconds=40)
        return on_both_nodes()

    until(helped, "a part is done by the other node", seconds=80)
    agree(calls.legs)
    with balances_of_the_last_part_held(postgresql_url):
        calls.feed()
        (worker,) = nodes["n2"].workers()
        until(lambda: waits_for_a_lock(worker), "the other node is in the midst of a part", seconds=20)
        os.kill(worker, signal.SIGKILL)
        until(lambda: nodes["n2"].workers() not in ([], [worker]), "it has a new worker", seconds=30)
    until(rated, "the batch is rated without it", seconds=40)
    agree(calls.legs)
