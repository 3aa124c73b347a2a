"""Is a command by mail obeyed if the mail proves who wrote it, and only then?"""

from __future__ import annotations

import pytest

from store import database
from store.helpdesk import command
from tests.actors.helpdesk.desk_scene import (
    BOX,
    CUSTOMER,
    account,
    letters,
    obey,
    read,
    support,
    tickets,
    written,
)
from tests.support.real_mail import RealMail

ANN = "ann@example.org"


@pytest.fixture
def told(mail: RealMail) -> str:
    """The subject of the mail that told Ann of ticket 1."""
    account(mail)
    support()
    mail.deliver(BOX, written())
    read(auto_reply=False)
    (letter,) = letters(ANN)
    return str(letter["subject"])


def send(
    mail: RealMail, text: str, subject: str, *, sender: str = ANN, name: str = "<c@x>", **more: str
) -> None:
    mail.deliver(BOX, written(text, subject=f"Re: {subject}", sender=sender, name=name, **more))
    read(auto_reply=False)


@pytest.mark.covers("helpdesk_command", 1)
def test_an_answer_with_the_own_token_is_obeyed(opened: None, mail: RealMail, told: str) -> None:
    send(mail, "#assign ann\n#priority high\n#note seen it\nwith a second line\n#close\n", told)
    outcome = obey()
    assert outcome.counts == {"done": 1}
    (one,) = tickets()
    assert (one["assignee"], one["priority"], one["state"]) == ("Ann", "high", "open")
    assert one["messages"][-1]["direction"] == "note"
    assert "with a second line" in one["messages"][-1]["text"]
    send(mail, "#close\n", told, name="<d@x>")
    obey()
    assert tickets()[0]["state"] == "closed"
    changes = database.read().all("SELECT action, actor FROM change WHERE object = 'ticket 1'")
    assert ("ticket close", ANN) in changes


def test_a_forged_sender_is_not_obeyed(opened: None, mail: RealMail, told: str) -> None:
    send(mail, "#close\n", "Help", References="<1@example.net>")
    assert obey().counts["refused"] == 1
    assert tickets()[0]["state"] == "open"
    assert "nothing proves" in letters(ANN)[-1]["body_text"]


def test_the_token_of_one_ticket_is_none_of_another(sqlite: None, mail: RealMail, told: str) -> None:
    mail.deliver(BOX, written(name="<2@x>", subject="Second"))
    read(auto_reply=False)
    send(mail, "#close\n", told.replace("[#1.", "[#2."))
    obey()
    assert [each["state"] for each in tickets()] == ["open", "open"]


def test_a_stranger_with_a_staff_token_is_a_stranger(sqlite: None, mail: RealMail, told: str) -> None:
    send(mail, "#close\n", told, sender="stranger@example.com")
    obey()
    assert tickets()[0]["state"] == "open"
    assert database.read().value("SELECT COUNT(*) FROM command_log") == 0


@pytest.mark.parametrize(
    ("results", "good"),
    [
        ("mx.example.org; dmarc=pass header.from=example.org", True),
        ("mx.example.org; dkim=pass (2048 bits) header.d=example.org", True),
        ("mx.example.org; spf=pass smtp.mailfrom=example.org", False),
        ("mx.example.org; dkim=pass header.d=example.com", False),
        ("mx.example.org; dmarc=fail header.from=example.org", False),
        ("evil.example.com; dmarc=pass header.from=example.org", False),
    ],
)
def test_the_word_of_our_own_server_is_proof_and_nobody_elses(
    sqlite: None, mail: RealMail, told: str, results: str, good: bool
) -> None:
    send(mail, "#close\n", "Help", References="<1@example.net>", Authentication_Results=results)
    obey(trusted_server="mx.example.org")
    assert tickets()[0]["state"] == ("closed" if good else "open")


def test_a_command_in_a_quote_is_none(sqlite: None, mail: RealMail, told: str) -> None:
    send(mail, "Thanks, I will look.\n\nOn Monday Desk wrote:\n> #close\n", told)
    assert obey().counts == {"done": 0}
    assert "I will look" in letters(CUSTOMER)[-1]["body_text"]


def test_an_unknown_command_is_answered_once_and_nothing_is_done(
    opened: None, mail: RealMail, told: str
) -> None:
    before = len(letters(ANN))
    send(mail, "#priority high\n#explode\n", told)
    obey()
    obey()
    answers = letters(ANN)[before:]
    assert len(answers) == 1
    assert "no command #explode" in answers[0]["body_text"]
    assert tickets()[0]["priority"] == "normal"
    assert [row["state"] for row in command.latest(database.read())] == ["unknown"]
