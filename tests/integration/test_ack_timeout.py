"""RabbitMQ closes the channel of a message that is not acknowledged in time: nothing here is open so long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rabbitmq import RabbitmqServer
from tests.support.site import RunningSite, running

SERVICES = """
import time
from datetime import timedelta
from actors import service

@service(time_limit=timedelta(hours=1))
def long(context):
    note(context)

@service()
def ordinary(context):
    note(context)

def note(context):
    with open({journal!r}, "a") as journal:
        journal.write(f"{{context.run_id}}\\n")
    until = time.monotonic() + 8
    while time.monotonic() < until:
        time.sleep(0.02)
"""

#: The time-out and how often it is looked after, in ms: 30 min and 60 s by default.
SHORT = """application:set_env(rabbit, consumer_timeout, 2000),
application:set_env(rabbit, channel_tick_interval, 500)."""


@pytest.fixture
def site(rabbitmq_server: RabbitmqServer, postgresql_url: str, tmp_path: Path) -> Iterator[RunningSite]:
    rabbitmq_server.control("eval", SHORT)
    vhost = f"ack_{os.getpid()}"
    rabbitmq_server.add_vhost(vhost)
    made = RunningSite(
        tmp_path,
        database_url=postgresql_url,
        broker_url=rabbitmq_server.url(vhost),
        services=SERVICES.format(journal=str(tmp_path / "journal")),
    )
    with running(made):
        yield made
    rabbitmq_server.restart()  # with its own settings again


def test_runs_that_outlast_the_time_out_run_once(site: RunningSite, tmp_path: Path) -> None:
    runs = [site.force("long"), site.force("ordinary")]
    for run_id in runs:
        assert site.until_state(run_id, "succeeded", "failed", "lost", seconds=60)["state"] == "succeeded"
    started = sorted(int(line) for line in (tmp_path / "journal").read_text().split())
    assert started == sorted(runs)
