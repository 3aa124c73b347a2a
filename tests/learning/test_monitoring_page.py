"""Do the commands of docs/learning/monitoring.md lead from an empty site to the first call that goes out?"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from store import database
from store.object import read
from tests.cli.conftest import PYTHON, ROOT, Site
from tests.learning.reader import Reader
from tests.support.console_blocks import console_blocks
from tests.support.http_receiver import Receiver, receiver
from tests.support.process import end, free_port, start
from tests.support.real_nginx import real_nginx
from tests.support.real_node_exporter import real_node_exporter
from tests.support.until import until
from tests.support.visitors import Application, application

__all__ = ["application"]

PAGE = ROOT / "docs/learning/monitoring.md"
KEY = "a signing key, as long as it should be"
FILE = """
[node]
name = "n1"
threads = 2
[web]
port = 0
"""


@dataclass
class Watcher(Reader):
    """A reader with a desk that hears of alerts."""

    desk: Receiver


class Impatient(Site):
    """A site that looks for alerts each second, not each quarter of a minute."""

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        quick = "import coordinator.alerts as alerts; alerts.EVERY = alerts.TRY = 1.0"
        program = f"{quick}; from cli.main import main; main()"
        command = [*PYTHON, "-c", program, "--config", str(self.file), *words]
        return start(command, log=self.output, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Watcher]:
    with real_nginx() as nginx, real_node_exporter(systemd=False) as exporter, receiver() as desk:
        site = Impatient(tmp_path)
        site.file.write_text(FILE)
        process = site.up()
        first = "a new site's first look at its services is over: hooks are told of what comes after it"
        until(lambda: site.service("provisioning_manager")["last_outcome"] is not None, first)
        places = {
            "192.0.2.10": "127.0.0.1",
            "port=9100": f"port={exporter}",
            "port=8081": f"port={nginx.http}",
            "port=9 ": f"port={free_port()} ",
            "http://192.0.2.20/alerts": f"http://127.0.0.1:{desk.port}/alerts",
        }
        yield Watcher(site, places, desk)
        end(process, how=signal.SIGINT)


def test_who_follows_the_page_has_an_alert_that_goes_out(reader: Watcher) -> None:
    (make, test), supply, tests, (monitor, sample, checks, alerts), (deliver, held), live, away = (
        console_blocks(PAGE)
    )
    reader.follow(make, KEY + "\n")
    assert "200" in reader.follow(test)
    tried = len(reader.desk.got)
    for command in supply:
        assert "is added" in reader.follow(command)
    assert "disks: /" in reader.follow(tests[0])
    assert "status 200" in reader.follow(tests[1])
    assert "nobody listens there" in reader.follow(tests[2])

    reader.follow(monitor)
    assert re.search(r"samples [1-9]", reader.follow(sample))
    assert "nobody listens there" in reader.follow(checks)
    until(lambda: "web1/new_shop" in reader.follow(alerts), "the alert is open")
    reader.follow(deliver)
    assert "Tell hook desk of alert: check web1/new_shop" in reader.follow(held)
    assert len(reader.desk.got) == tried

    assert "system is live: 1 held act" in reader.follow(live[0])
    reader.follow(live[1])
    until(lambda: len(reader.desk.got) > tried, "the call has arrived")
    (call,) = reader.desk.got[tried:]
    told = json.loads(call.body)
    assert (call.path, told["event"]["object"]) == ("/alerts", "check web1/new_shop")
    assert "tickworks-signature" in call.headers
    assert "is archived" in reader.follow(away[0])


def test_the_forms_of_the_page_make_the_same_objects(application: Application) -> None:
    page = application.signed_in("admin")
    for command in console_blocks(PAGE)[1]:
        _, _, _, kind, name, *fields = command.split()
        given = dict(field.split("=", 1) for field in fields)
        server, _, own = name.rpartition("/")
        names = {"name": own, **({"server": server} if server else {})}
        form = page.get(f"/objects/{kind}/new").text
        chosen = re.findall(r'<select [^>]*name="(\w+)".*?<option value="(\w*)" selected', form, re.DOTALL)
        filled = re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', form)
        answer = page.post(f"/objects/{kind}/new", data={**dict(filled), **dict(chosen), **names, **given})
        assert answer.status_code == 303, answer.text
    (check,) = read.live(database.read(), "check", name="new_shop")
    assert (check["server"], check["kind"], check["port"], check["fail_after"]) == ("web1", "tcp", 9, 1)
    assert "Test the connection" in page.get(f"/objects/check/{check['id']}").text
