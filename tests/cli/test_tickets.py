"""Are tickets listed, answered and closed from a shell?"""

from __future__ import annotations

from pathlib import Path

import pytest

from store import database
from store.helpdesk import message, ticket
from store.helpdesk.message import Message
from store.tx import Tx
from tests.cli.conftest import Site, make_site


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    made = make_site(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert made.say("migrate").code == 0
    database.open(f"sqlite:///{tmp_path}/var/tickworks.db")
    values = {"subject": "Printer", "requester": "kim@example.net", "requester_name": "Kim"}

    def work(tx: Tx) -> None:
        number = ticket.create(tx, values, 1.0)
        message.add(tx, Message(number, "in", "Kim", "It smokes.", 1.0))

    database.write(work)
    database.close()
    return made


def test_a_ticket_is_shown_answered_and_closed(site: Site) -> None:
    assert "Printer" in site.say("ticket", "list").out
    assert "It smokes." in site.say("ticket", "show", "1").out
    assert site.say("ticket", "reply", "1", "Unplug it.").code == 0
    shown = site.say("ticket", "show", "1", "--json").json
    assert (shown["state"], [each["direction"] for each in shown["messages"]]) == ("waiting", ["in", "out"])
    assert site.say("ticket", "close", "1").out == "ticket 1 is closed\n"
    again = site.say("ticket", "close", "1")
    assert (again.code, again.err) == (3, "error: ticket 1 is closed already\n")


def test_what_is_not_there_is_said(site: Site) -> None:
    assert site.say("ticket", "show", "9").code == 4
    assert site.say("ticket", "list", "--state", "strange").code == 2
    assert site.say("ticket", "list", "--state", "deleted", "--json").json == {"tickets": [], "next": None}
