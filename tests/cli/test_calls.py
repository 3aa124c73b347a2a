"""Do the commands of calls list the days, and ask for what is done with one?"""

from __future__ import annotations

from functools import partial

import pytest

from store import database
from store.calls import meta
from tests.cli.conftest import Site
from tests.support import call_rows
from tests.support.call_rows import NOW, Row

DAY = "2027-01-15"


@pytest.fixture
def voice(known: Site) -> Site:
    """A site with two calls of a day, one without a charge."""
    database.open(f"sqlite:///{known.folder}/var/tickworks.db")
    call_rows.batch([Row(), Row(reason=4, client_id=None, volume=30)])
    database.write(partial(meta.count, fence=1, now=NOW, most=10))

    database.close()
    return known


def test_days_are_listed_with_what_they_hold(voice: Site) -> None:
    (day,) = voice.say("calls", "days", "--json").json["days"]
    assert (day["day"], day["state"], day["total"], day["mismatched"], day["minutes"]) == (
        DAY,
        "open",
        2,
        1,
        1.5,
    )
    assert DAY in voice.say("calls", "days").out


def test_a_site_without_calls_says_so(known: Site) -> None:
    assert "no calls yet" in known.say("calls", "days").err


def test_what_cannot_be_done_is_one_line_with_its_code(voice: Site) -> None:
    said = voice.say("calls", "restore", DAY)
    assert (said.code, said.err) == (3, f"error: {DAY} is open: only archived days come back\n")
    said = voice.say("calls", "archive", "2020-01-01")
    assert (said.code, "there are no calls of 2020-01-01" in said.err) == (3, True)
    assert voice.say("calls", "archive", "yesterday").code == 2
