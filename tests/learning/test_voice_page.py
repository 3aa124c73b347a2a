"""Do the commands of docs/learning/voice.md lead from an empty site to calls that have a price?"""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.rating.at_work import Reason
from tests.cli.conftest import ROOT, Site
from tests.learning.reader import Reader
from tests.support.console_blocks import console_blocks
from tests.support.process import end
from tests.support.until import until

PAGE = ROOT / "docs/learning/voice.md"
FILE = """
[node]
name = "n1"
threads = 2
[web]
port = 0
"""
RATED, NO_ACCOUNT = (f"reason = {int(each)}" for each in (Reason.RATED, Reason.NO_ACCOUNT))
KNOWN = "host IN ('192.0.2.11', '192.0.2.21')"


class Caller(Reader):
    """A reader who looks at what calls have become."""

    def legs(self, where: str = "1 = 1") -> int:
        """How many legs of calls there are for which this is so."""
        with closing(sqlite3.connect(self.site.folder / "var/tickworks.db")) as connection:
            return int(connection.execute(f"SELECT COUNT(*) FROM xdr WHERE {where}").fetchone()[0])


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Caller]:
    site = Site(tmp_path)
    site.file.write_text(FILE)
    found = Caller(site, {"/srv/calls/in": str(tmp_path / "in")})
    # The profile first: a node that runs would start anew in the middle of the page.
    assert "voice" in found.follow(console_blocks(PAGE)[0][0])
    process = site.up()
    yield found
    end(process, how=signal.SIGINT)


def test_who_follows_the_page_has_calls_with_a_price(reader: Caller) -> None:
    (_, *supply), ask, where, (make, collect, files), (summary, counted, days), others = console_blocks(PAGE)
    for command in supply:
        assert "is added" in reader.follow(command)
    assert "0.018 EUR for 90 s" in reader.follow(ask[0])
    assert "36 s" in reader.follow(ask[1])
    assert "no code for this number" in reader.follow(ask[2])
    for command in where:
        assert "is added" in reader.follow(command)

    reader.follow(make)
    assert "legs 1000" in reader.follow(collect)
    assert "loaded" in reader.follow(files)
    until(lambda: reader.legs() == 1000, "the calculator has rated them")
    assert 0 < reader.legs(RATED) < 500
    assert reader.legs(NO_ACCOUNT) > 500
    reader.follow(summary)
    reader.follow(counted)
    assert " open " in reader.follow(days)

    for command in others:
        assert "is added" in reader.follow(command)
    known = reader.legs(KNOWN)
    until(lambda: reader.legs(RATED) == known, "the mismatches were tried again")
    assert reader.legs(NO_ACCOUNT) == 1000 - known > 0
