"""Does every mail become one ticket or one answer, whatever is in it and whenever we are interrupted?"""

from __future__ import annotations

import base64
import json

import pytest

from backends.error import BackendError
from store import database
from store.helpdesk import seen, ticket
from store.helpdesk.file import PART
from tests.actors.helpdesk.desk_scene import (
    BOX,
    CUSTOMER,
    DAY,
    NOW,
    account,
    add,
    left,
    letters,
    read,
    support,
    tickets,
    written,
)
from tests.support.fault_proxy import FaultProxy
from tests.support.memory import height
from tests.support.real_mail import RealMail
from web.shown.ticket_file import saved

each_protocol = pytest.mark.parametrize("protocol", ["imap", "pop3"])


@each_protocol
@pytest.mark.covers("helpdesk", 1)
def test_a_mail_becomes_a_ticket_and_leaves_the_mailbox(opened: None, mail: RealMail, protocol: str) -> None:
    account(mail, protocol)
    support()
    mail.deliver(BOX, written())
    outcome, _ = read()
    assert (outcome.kind, outcome.counts["ticket"], outcome.counts["cleared"]) == ("done", 1, 1)
    (one,) = tickets()
    assert (one["subject"], one["requester"], one["state"]) == ("Help", CUSTOMER, "open")
    assert [each["text"] for each in one["messages"]] == ["It does not work."]
    assert left(mail) == 0
    (told,) = letters(CUSTOMER)
    assert told["family"] == "helpdesk"
    assert len(letters("ann@example.org")) == 1
    assert read()[0].counts["ticket"] == 0


@each_protocol
def test_observing_a_mail_stays_where_it_is_until_the_family_is_live(
    sqlite: None, mail: RealMail, protocol: str
) -> None:
    account(mail, protocol)
    mail.deliver(BOX, written())
    for _ in range(2):
        _, context = read(observes=True)
        assert [each.effect for each in context.ports.acts] == ["outward"]
    assert (len(tickets()), left(mail)) == (1, 1)
    assert read()[0].counts["cleared"] == 1
    assert (len(tickets()), left(mail)) == (1, 0)


@each_protocol
def test_a_crash_between_store_and_delete_loses_and_doubles_nothing(
    sqlite: None, mail: RealMail, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    account(mail, protocol)
    mail.deliver(BOX, written())
    name = f"backends.mail_in.{protocol}.{'ImapSource' if protocol == 'imap' else 'Pop3Source'}.delete"

    def crash(*_: object) -> None:
        raise BackendError("unreachable", "the connection ended")

    with monkeypatch.context() as patch:
        patch.setattr(name, crash)
        assert read()[0].kind == "partial"
    assert (len(tickets()), left(mail)) == (1, 1)
    read()
    assert (len(tickets()), left(mail)) == (1, 0)


def test_an_answer_finds_its_ticket_by_token_and_by_what_it_answers(opened: None, mail: RealMail) -> None:
    account(mail)
    support()
    mail.deliver(BOX, written())
    read()
    (ours,) = letters(CUSTOMER)
    by_token = written("By token\n", subject=ours["subject"], name="<2@example.net>")
    by_reply = written("By reply\n", subject="x", name="<3@example.net>", In_Reply_To=ours["message_id"])
    by_own = written("By my own\n", subject="y", name="<4@example.net>", References="<1@example.net>")
    mail.deliver(BOX, by_token, by_reply, by_own)
    assert read()[0].counts["reply"] == 3
    (one,) = tickets()
    assert [each["text"] for each in one["messages"][1:]] == ["By token", "By reply", "By my own"]


def test_a_wrong_token_opens_no_ticket_of_another(sqlite: None, mail: RealMail) -> None:
    account(mail)
    mail.deliver(BOX, written())
    read()
    mail.deliver(
        BOX, written("In", subject=f"Re: Help [#1.{'a' * 16}]", name="<2@x>", sender="x@example.com")
    )
    read()
    assert [len(each["messages"]) for each in tickets()] == [1, 1]


def test_copies_of_a_mail_are_taken_once(opened: None, mail: RealMail) -> None:
    account(mail)
    account(mail, "pop3", name="the same by POP3")
    without_id = written("No id", name=None, Date="Mon, 10 Jan 2028 10:00:00 +0000")
    mail.deliver(BOX, written(), written(Received="from elsewhere"), without_id, without_id)
    counts = read()[0].counts
    assert (counts["ticket"], counts["twice"]) == (2, 2)
    assert (len(tickets()), left(mail)) == (2, 0)


def test_programs_get_no_answer_and_no_loop_begins(sqlite: None, mail: RealMail) -> None:
    account(mail)
    support()
    mail.deliver(BOX, written())
    read()
    (ours,) = letters(CUSTOMER)
    mark = dict(json.loads(ours["headers"]))["X-Tickworks-Loop"]
    mails = [
        written(name="<2@x>", sender="a@example.com", Auto_Submitted="auto-generated"),
        written(name="<3@x>", sender="b@example.com", Precedence="bulk"),
        written(name="<4@x>", sender="c@example.com", List_Id="<news.example.com>"),
        written(name="<5@x>", sender="d@example.com", Auto_Submitted="auto-replied"),
        written(name="<6@x>", sender="e@example.com", X_Tickworks_Loop=mark),
    ]
    mail.deliver(BOX, *mails, sender="somebody@example.com")
    counts = read()[0].counts
    assert (counts["ticket"], counts["loop"]) == (3, 2)
    assert not any(letters(f"{letter}@example.com") for letter in "abcde")


def test_a_requester_is_told_the_number_once_an_hour(sqlite: None, mail: RealMail) -> None:
    account(mail)
    support()
    for number, at in enumerate((NOW, NOW + 1800, NOW + 3601)):
        mail.deliver(BOX, written(name=f"<{number}@x>", subject=f"No. {number}"))
        read(at=at)
    assert (len(tickets()), len(letters(CUSTOMER))) == (3, 2)


def test_what_is_wrong_with_a_mail_keeps_nothing_back(opened: None, mail: RealMail) -> None:
    account(mail)
    charset = written("Gr\xfc\xdfe", name="<c@x>", Content_Type="text/plain; charset=martian")
    latin = charset.decode().encode("latin-1")
    nested = written(
        "--b\n\nsee the mail\n--b\nContent-Type: message/rfc822\n\nSubject: inner\n\nhello\n--b--\n",
        name="<n@x>",
        Content_Type="multipart/mixed; boundary=b",
    )
    nul = written("a\0b", name="<0@x>", sender="nobody")
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(500)
    )
    mail.deliver(BOX, latin, nested, nul, b"Subject: deep\r\nFrom: x@example.com\r\n" + deep)
    assert read()[0].counts["ticket"] == 4
    first, second, third, fourth = tickets()
    assert first["messages"][0]["text"] == "Gr\xfc\xdfe"
    assert "not martian" in first["messages"][0]["trouble"]
    assert [each["name"] for each in second["messages"][0]["files"]] == ["inner.eml"]
    assert (third["requester"], third["messages"][0]["text"]) == ("", "a€b")  # Dovecot's word for NUL
    assert "deep" in fourth["messages"][0]["trouble"]


@each_protocol
def test_of_a_mail_that_is_too_large_only_the_head_is_fetched(
    sqlite: None, mail: RealMail, protocol: str
) -> None:
    account(mail, protocol)
    mail.deliver(BOX, written("x" * 70 + "\n" + ("y" * 76 + "\n") * 15_000, subject="Large"))
    read(max_size=1)
    (one,) = tickets()
    (message,) = one["messages"]
    assert (one["subject"], message["text"]) == ("Large", "")
    assert "too large (1 MB)" in message["trouble"]
    assert message["size"] > 1_000_000


@each_protocol
def test_a_mail_of_50_mb_is_told_of_without_being_held(sqlite: None, mail: RealMail, protocol: str) -> None:
    account(mail, protocol)
    mail.deliver(BOX, written(("y" * 76 + "\n") * 680_000, subject="Huge"))
    with height() as found:
        read()
    (one,) = tickets()
    (message,) = one["messages"]
    assert "too large" in message["trouble"]
    assert message["size"] > 50 << 20
    assert found.bytes < 16 << 20


def test_a_large_file_is_whole_on_every_node_and_goes_with_its_ticket(opened: None, mail: RealMail) -> None:
    account(mail)
    whole = bytes(range(256)) * 2_500
    body = base64.encodebytes(whole).decode()
    part = (
        '--b\n\nsee file\n--b\nContent-Disposition: attachment; filename="../../etc/passwd"\n'
        f"Content-Transfer-Encoding: base64\n\n{body}\n--b--\n"
    )
    mail.deliver(BOX, written(part, Content_Type="multipart/mixed; boundary=b"))
    read()
    (one,) = tickets()
    (file,) = one["messages"][0]["files"]
    assert (file["name"], file["size"]) == ("passwd", len(whole))
    found = saved(database.read, one["id"], file["id"])
    parts = list(found.parts)
    assert b"".join(parts) == whole
    assert max(map(len, parts)) <= PART, "nobody holds a large file whole"
    database.write(lambda tx: ticket.move(tx, one["id"], "deleted", NOW))
    read(at=NOW + 29 * DAY)
    assert len(tickets()) == 1
    outcome, _ = read(at=NOW + 31 * DAY)
    assert (outcome.counts["removed"], tickets()) == (1, [])
    assert database.read().value("SELECT COUNT(*) FROM ticket_file_part") == 0


@pytest.mark.covers("helpdesk", 2)
def test_what_was_deleted_goes_for_good_after_its_term(sqlite: None) -> None:
    values = {"subject": "Old", "requester": CUSTOMER, "requester_name": ""}
    number = database.write(lambda tx: ticket.create(tx, values, NOW))
    database.write(lambda tx: ticket.move(tx, number, "deleted", NOW))
    assert read(deletion_days=5, at=NOW + 4 * DAY)[0].counts["removed"] == 0
    assert read(deletion_days=5, at=NOW + 6 * DAY)[0].counts["removed"] == 1


@pytest.mark.covers("helpdesk", 3)
def test_a_lock_ends_with_its_time_and_a_new_message_begins_it_anew(opened: None, mail: RealMail) -> None:
    account(mail)
    mail.deliver(BOX, written())
    read()
    database.write(lambda tx: ticket.lock(tx, 1, "ann", NOW + 600, NOW))
    assert not database.write(lambda tx: ticket.lock(tx, 1, "bert", NOW + 700, NOW + 1))
    mail.deliver(BOX, written("More", name="<2@x>", References="<1@example.net>"))
    read(at=NOW + 500)
    assert read(at=NOW + 700)[0].counts["unlocked"] == 0
    assert read(at=NOW + 500 + 1800)[0].counts["unlocked"] == 1
    assert tickets()[0]["lock_by"] is None


def test_five_refused_sign_ins_double_the_wait(sqlite: None, mail: RealMail) -> None:
    number = account(mail)
    at = NOW
    for _ in range(5):
        outcome, _ = read(at=at, secrets={"env:BOX": "wrong-word"})
        assert outcome.counts["failed"] == 1
        assert "wrong-word" not in outcome.message
        at += 60
    found = seen.state(database.read(), number)
    assert (found["failures"], found["not_before"]) == (5, at - 60 + 120)
    assert read(at=at)[0].counts["left_alone"] == 1
    assert read(at=at + 61)[0].kind == "done"
    assert seen.state(database.read(), number)["failures"] == 0


@each_protocol
@pytest.mark.parametrize("fault", ["hang", "cut", "garbage"])
def test_a_fault_on_the_way_is_told_and_nothing_is_lost(
    sqlite: None, mail: RealMail, protocol: str, fault: str
) -> None:
    mail.deliver(BOX, written())
    with FaultProxy(mail.imap_port if protocol == "imap" else mail.pop3_port) as proxy:
        account(mail, protocol, port=proxy.port)
        {"hang": proxy.hang, "cut": lambda: proxy.cut(300), "garbage": proxy.garbage}[fault]()
        outcome, context = read(timeout=1.0)
        assert outcome.counts["failed"] == 1
        assert f"127.0.0.1:{proxy.port}" in str(
            (context.ports.ended_steps[0].outcome, context.ports.ended_steps[0].error)
        )
        proxy.heal()
        read()
    assert (len(tickets()), left(mail)) == (1, 0)


def test_rules_decide_by_place(sqlite: None, mail: RealMail) -> None:
    account(mail)
    support()
    add("department", name="Billing", sender="billing@example.org")
    rule = {"place": 1, "field": "subject"}
    add("mail_rule", name="spam", text="[spam]", action="delete", **rule)
    add("mail_rule", name="maybe", test="matches", text="win * now", action="spam", **rule)
    add("mail_rule", name="leave", text="leave", action="ignore", **rule)
    add("mail_rule", name="money", text="invoice", department="Billing", priority="high", place=2)
    mails = [
        written(name=f"<{number}@x>", subject=subject)
        for number, subject in enumerate(("[SPAM] x", "Win a car now", "Leave me", "Invoice 7"))
    ]
    mail.deliver(BOX, *mails)
    read()
    read()
    assert [(each["state"], each["department"], each["priority"]) for each in tickets()] == [
        ("deleted", "Support", "normal"),
        ("open", "Billing", "high"),
    ]
    (stays,) = mail.arrived(BOX)
    assert stays["Subject"] == "Leave me"


def test_who_is_unknown_is_asked_first(opened: None, mail: RealMail) -> None:
    account(mail)
    support()
    add("organisation", name="Acme")
    add("contact", organisation="Acme", name="Known", email="known@example.net")
    mail.deliver(BOX, written(), written(name="<k@x>", sender="known@example.net"))
    read(challenge=True)
    unknown, known = tickets()
    assert (unknown["state"], known["state"], known["organisation"]) == ("unconfirmed", "open", "Acme")
    (asked,) = letters(CUSTOMER)
    assert "answer this mail" in asked["body_text"]
    mail.deliver(BOX, written("yes", subject=f"Re: {asked['subject']}", name="<y@x>"))
    assert read(challenge=True)[0].counts["confirmed"] == 1
    mail.deliver(BOX, written("again", subject="Another", name="<z@x>"))
    read(challenge=True)
    assert [each["state"] for each in tickets()] == ["open", "open", "open"]


def test_an_answer_of_staff_goes_to_the_customer_only_with_proof(opened: None, mail: RealMail) -> None:
    account(mail)
    support()
    mail.deliver(BOX, written())
    read(auto_reply=False)
    (told,) = letters("ann@example.org")
    by_known_id = {"sender": "ann@example.org", "name": "<f@x>", "References": "<1@example.net>"}
    mail.deliver(BOX, written("Send money", **by_known_id))
    read(auto_reply=False)
    assert letters(CUSTOMER) == []
    answer = written(
        "Turn it on.\n\nOn Monday Desk wrote:\n> x\n",
        subject=told["subject"],
        sender="ann@example.org",
        name="<a@x>",
    )
    mail.deliver(BOX, answer)
    read(auto_reply=False)
    (sent,) = letters(CUSTOMER)
    assert "Turn it on." in sent["body_text"]
    assert "Monday" not in sent["body_text"]
    assert tickets()[0]["state"] == "waiting"


def test_a_stop_in_the_middle_leaves_the_rest_for_the_next_run(sqlite: None, mail: RealMail) -> None:
    account(mail)
    mail.deliver(BOX, *(written(name=f"<{n}@x>", subject=f"No. {n}") for n in range(5)))
    assert read(per_run=2)[0].kind == "partial"
    assert (len(tickets()), left(mail)) == (2, 3)
    read()
    assert (len(tickets()), left(mail)) == (5, 0)


def test_no_mail_that_somebody_else_marked_is_expunged(mail: RealMail, sqlite: None) -> None:
    account(mail)
    mail.deliver(BOX, written(subject="marked"), written(name="<2@x>"))
    with mail._imap(BOX) as box:
        box.store("1", "+FLAGS", "\\Deleted")
    read()
    assert [each["subject"] for each in tickets()] == ["Help"]
    assert left(mail) == 1
