"""Do the commands work on PostgreSQL and RabbitMQ as they do without?"""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.cli.conftest import FILE, make_site
from tests.support.process import end
from tests.support.until import until


@pytest.mark.postgresql
@pytest.mark.rabbitmq
def test_a_forced_run_on_both_servers(tmp_path: Path, postgresql_url: str, rabbitmq_url: str) -> None:
    servers = f'[database]\nurl = "{postgresql_url}"\n[broker]\nurl = "{rabbitmq_url}"\n'
    site = make_site(tmp_path, FILE + servers)
    said = site.say("runs")
    assert (said.code, "tickworks migrate" in said.err) == (5, True)
    assert site.say("migrate").code == 0
    process = site.up()
    try:
        assert site.say("run", "adder", "--arg", "left=1", "--wait").code == 0
        until(lambda: site.say("health").code == 0, "it is healthy")
        assert site.say("check").code == 0
    finally:
        end(process, how=signal.SIGINT)
