"""Can calls be counted, rated again and left alone by command?"""

from __future__ import annotations

import pytest

from store import database
from tests.cli.conftest import Site
from tests.support import call_rows
from tests.support.call_rows import Row


@pytest.fixture
def site(known: Site) -> Site:
    """Two calls of 2027-01-15, one without a charge."""
    assert known.say("object", "set", "organisation", "Example", "kind=customer").code == 0
    database.open(f"sqlite:///{known.folder}/var/tickworks.db")
    call_rows.batch([Row(client_id=1), Row(client_id=None, reason=4, cost=0)])
    database.close()
    return known


def test_the_way_from_a_count_to_a_job_that_is_cancelled(site: Site) -> None:
    assert "nothing was rated again yet" in site.say("rerating", "list").err
    counted = site.say("rerating", "start", "2027-01-15", "--matched", "mismatched", "--dry-run")
    assert (counted.code, "1 calls, 0 of them invoiced" in counted.out) == (0, True)
    made = site.say("rerating", "start", "2027-01-15", "--client", "Example", "--credit", "--json").json
    assert (made["id"], made["state"], made["said"]) == (1, "waiting", "client Example")
    assert made["invoiced"] == "credit"
    assert "2027-01-15" in site.say("rerating", "list").out
    assert "client Example" in site.say("rerating", "show", "1").out
    assert site.say("rerating", "cancel", "1").out == "rerating 1 is cancelled\n"
    again = site.say("rerating", "cancel", "1")
    assert (again.code, "nothing to cancel" in again.err) == (3, True)


def test_what_is_wrong_is_said_in_one_line(site: Site) -> None:
    wrong = site.say("rerating", "start", "soon")
    assert (wrong.code, wrong.err.count("\n")) == (2, 1)
    unknown = site.say("rerating", "show", "9")
    assert (unknown.code, "there is no rerating 9" in unknown.err) == (4, True)
