"""The command as somebody uses it who has only the address of a system and a token."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from cli.main import app
from tests.cli.conftest import FILE, ROOT, Said, Site
from tests.support.process import start

WITH_JOBS = FILE.replace('["tests.cli.demo_services"]', '["tests.cli.demo_services", "tests.cli.demo_jobs"]')


@dataclass(frozen=True)
class Elsewhere:
    """`say` runs the command with ``--server``; what it says must never hold the token."""

    url: str
    token: str | None = field(default=None, repr=False)

    @property
    def words(self) -> list[str]:
        return ["--server", self.url, *(["--token", self.token] if self.token else [])]

    def say(self, *words: str, env: Mapping[str, str] | None = None) -> Said:
        result = CliRunner().invoke(app, [*self.words, *words], env=env)
        said = Said(result.exit_code, result.stdout, result.stderr)
        assert self.token is None or self.token not in said.out + said.err
        assert "Traceback" not in said.err
        return said

    def start(self, output: Path, *words: str) -> subprocess.Popen[bytes]:
        """The same in a process of its own; what it says goes to `output`."""
        program = "from cli.main import main; main()"
        command = [sys.executable, "-W", "error", "-c", program, *self.words, *words]
        return start(command, log=output, env={**os.environ, "PYTHONPATH": str(ROOT)})


def page_of(site: Site) -> str:
    """The address of the page of a site that is up."""
    found = re.search(r"http://127\.0\.0\.1:\d+", site.said())
    assert found, site.said()
    return found[0]


def token_of(site: Site, role: str) -> str:
    """A token of a user of its own with this role."""
    name = f"of_{role}"
    site.say("user", "add", name, "--role", role)
    made = site.say("token", "add", "the command line", "--user", name, "--role", role)
    assert made.code == 0, made.err
    return made.out.strip()
