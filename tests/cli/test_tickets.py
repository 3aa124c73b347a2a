"""Are tickets listed, opened, answered and closed from a shell?"""

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


def test_a_file_goes_out_with_an_answer_and_is_saved_where_nothing_lies(site: Site, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(b"%PDF\xff\0")
    assert site.say("ticket", "reply", "1", "Here.", "--file", "plan.pdf").code == 0
    assert "file 1  plan.pdf (6 bytes)" in site.say("ticket", "show", "1").out
    taken = site.say("ticket", "save", "1", "1")
    assert (taken.code, taken.err) == (2, "error: plan.pdf: File exists: give another --to\n")
    assert site.say("ticket", "save", "1", "1", "--to", "copy.pdf").out == "copy.pdf (6 bytes)\n"
    assert (tmp_path / "copy.pdf").read_bytes() == b"%PDF\xff\0"
    assert site.say("ticket", "save", "1", "9").code == 4
    wrong = site.say("ticket", "reply", "1", "Here.", "--file", "nothing.pdf")
    assert (wrong.code, wrong.err) == (2, "error: --file: nothing.pdf: No such file or directory\n")


def test_a_ticket_is_opened_once(site: Site) -> None:
    words = ("ticket", "open", "Scanner", "--name", "Kim", "--text", "It is dark.", "--key", "call 7")
    assert site.say(*words).out == "ticket 2 is opened\n"
    assert site.say(*words).out == "ticket 2 is there already: the key has opened it\n"
    mailed = ("ticket", "open", "Paper", "--from", "kim@example.net", "--mail", "It is here.", "--json")
    shown = site.say(*mailed).json
    assert (shown["id"], shown["state"], shown["messages"][0]["mail"]) == (3, "waiting", "queued")
    wrong = site.say("ticket", "open", "Paper", "--mail", "x", "--assign", "nobody")
    assert (wrong.code, len(wrong.err.splitlines())) == (2, 1)
    assert "a mail needs an address" in wrong.err
    assert "no active staff member nobody" in wrong.err


def test_what_is_not_there_is_said(site: Site) -> None:
    assert site.say("ticket", "show", "9").code == 4
    assert site.say("ticket", "list", "--state", "strange").code == 2
    assert site.say("ticket", "list", "--state", "deleted", "--json").json == {"tickets": [], "next": None}
