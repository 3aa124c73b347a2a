"""What do the processes of a site log where no terminal looks on?"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import FILE, Site, make_site
from tests.support.process import end
from tests.support.until import until

PLANTED = "pl4nted-Secret"
SERVICES = """
import logging

from actors import Context, OnDemand, service


@service(title="Leaky", schedule=OnDemand())
def leaky(context: Context) -> None:
    word = context.secret("file:FOLDER/word")
    logging.getLogger("some.library").warning("signing in with %s", word, extra={"api_key": "s3same-Open"})
    raise ValueError(f"refused: {word}")
"""


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a service that says its secret wherever it can."""
    folder: Path = tmp_path_factory.mktemp("leaky")
    (folder / "leaky_services.py").write_text(SERVICES.replace("FOLDER", str(folder)))
    (folder / "word").write_text(PLANTED)
    site = make_site(folder, FILE.replace("tests.cli.demo_services", "leaky_services"))
    process = site.up()
    assert site.say("run", "leaky", "--wait").code == 1
    yield site
    end(process, how=signal.SIGINT)


def lines(site: Site) -> list[dict[str, Any]]:
    """The lines of JSON among what was written."""
    return [json.loads(line) for line in site.said().splitlines() if line.startswith("{")]


def of(site: Site, words: str) -> dict[str, Any]:
    """The line with these words."""
    until(lambda: any(words in line["event"] for line in lines(site)), f"{words} is logged")
    return next(line for line in lines(site) if words in line["event"])


def test_a_failure_says_of_which_run_it_was(leaky: Site) -> None:
    line = of(leaky, "the attempt failed")
    assert (line["level"], line["service"], line["node"]) == ("warning", "leaky", "n1")
    assert (line["attempt"], line["trigger"]) == (1, "manual")
    assert leaky.run(line["run_id"])["service"] == "leaky"


def test_what_a_library_logs_in_a_run_is_of_that_run(leaky: Site) -> None:
    line = of(leaky, "signing in")
    failed = of(leaky, "the attempt failed")
    assert (line["logger"], line["service"], line["run_id"]) == ("some.library", "leaky", failed["run_id"])


def test_no_secret_is_in_it(leaky: Site) -> None:
    assert of(leaky, "signing in")["event"] == "signing in with ***"
    assert of(leaky, "the attempt failed")["event"].endswith("ValueError: refused: ***")
    assert of(leaky, "signing in")["api_key"] == "***"
    assert PLANTED not in leaky.said()
    assert "s3same-Open" not in leaky.said()


def test_a_site_that_wants_text_gets_text(site: Site) -> None:
    site.file.write_text(FILE + '[logs]\nformat = "console"\n')
    process = site.start("up", "--seconds", "1", "--port", "0")
    try:
        until(lambda: process.poll() is not None, "it has ended", seconds=40)
    finally:
        end(process)
    assert " info    agent     database: applied 0001_engine\n" in site.said()
    assert lines(site) == []
