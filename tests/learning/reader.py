"""Somebody who follows a page of the documentation, command by command."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from typer.testing import CliRunner, Result

from cli.main import app
from tests.cli.conftest import Site

#: How a page says that a command may find that something is wrong.
MAY_FAIL = " || true"


@dataclass
class Reader:
    """Who types the commands of a page on a site of their own.

    `places`: what stands there instead of what the page names, such as a server's address.
    """

    site: Site
    places: dict[str, str]

    def follow(self, command: str, answers: str = "") -> str:
        """Type a command; its output. Fails if it fails, unless the page says that it may."""
        for named, own in self.places.items():
            command = command.replace(named, own)
        program, *words = shlex.split(command.removesuffix(MAY_FAIL))
        assert program == "tickworks"
        done = self.typed(words, answers)
        may_fail = command.endswith(MAY_FAIL)
        ended = done.exit_code == 0 or (may_fail and done.exit_code == 1)
        assert ended, f"{command}\n{done.output}\n{self.site.said()[-3000:]}"
        return done.output

    def typed(self, words: list[str], answers: str = "") -> Result:
        """What a command of these words says, and its exit code, however it ends."""
        return CliRunner().invoke(app, ["--config", str(self.site.file), *words], input=answers)
