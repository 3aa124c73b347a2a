"""A site in a folder of the test's own, and the command that works on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import cli
from cli.main import app
from tests.support.process import end, start
from tests.support.until import until

ROOT = Path(cli.__file__).parent.parent
#: A warning ends a command as it ends a test, but for those of setup.cfg.
WARNINGS = ("error", "ignore:tagMap is deprecated", "ignore:typeMap is deprecated")
PYTHON = [sys.executable, *(word for each in WARNINGS for word in ("-W", each))]
FILE = """
[node]
name = "n1"
processes = 2
threads = 2
[site]
name = "Test site"
zone = "UTC"
profiles = ["retired"]
[web]
port = 0
[catalogue]
modules = ["tests.cli.demo_services"]
[coordinator]
grace = 1
"""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Site:
    """A folder with a configuration; `say` runs the command on it."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "tickworks.toml"

    def say(self, *words: str, env: Mapping[str, str] | None = None) -> Said:
        result = CliRunner().invoke(app, ["--config", str(self.file), *words], env=env)
        return Said(result.exit_code, result.stdout, result.stderr)

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command of its own, in a process group of its own; its output goes to `output`."""
        program = "from cli.main import main; main()"
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [*PYTHON, "-c", program, "--config", str(self.file), *words]
        return start(command, log=self.output, env=env)

    @property
    def output(self) -> Path:
        return self.folder / "output.log"

    def said(self) -> str:
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    def up(self, *words: str) -> subprocess.Popen[bytes]:
        """`tickworks up`, once its node has joined and its page answers."""
        process = self.start("up", *words)
        until(lambda: process.poll() is not None or "Ctrl-C stops it" in self.said(), "it is up")
        assert process.poll() is None, self.said()
        until(lambda: self._workers() == 2, "its workers have joined")
        return process

    def _workers(self) -> int:
        nodes = self.say("nodes", "--json").json["nodes"]
        return sum(each["kind"] == "worker" for node in nodes for each in node["processes"])

    def run(self, run_id: int) -> dict[str, Any]:
        """One run as the command shows it."""
        found: dict[str, Any] = self.say("run-show", str(run_id), "--json").json
        return found

    def service(self, name: str) -> dict[str, Any]:
        """One service as the command shows it."""
        rows = self.say("services", "--json").json["services"]
        return next(row for row in rows if row["name"] == name)


def make_site(folder: Path, text: str = FILE) -> Site:
    site = Site(folder)
    site.file.write_text(text)
    return site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site where nothing has run yet."""
    return make_site(tmp_path)


@pytest.fixture
def known(site: Site) -> Site:
    """A site whose database knows its services, with no node up."""
    assert site.say("maintenance", "off").code == 0
    return site


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with everything up, shared by the tests of a module."""
    site = make_site(tmp_path_factory.mktemp("site"))
    process = site.up()
    yield site
    end(process, how=signal.SIGINT)
