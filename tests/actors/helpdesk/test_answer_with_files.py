"""Do files travel between an agent and a requester, there as parts of a mail, here in the thread?"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

from actors.system import mail_manager
from domain.mail_in.files import File
from domain.mail_in.handed_in import LARGEST
from store import database, live_family
from store.helpdesk import letter
from tests.actors.helpdesk.desk_scene import CUSTOMER, NOW, account, letters, read, support, tickets, written
from tests.actors.system import mailing
from tests.support.real_mail import PASSWORD, RealMail
from web.shown.ticket_file import saved

ANN = "Ann <ann@example.org>"
PLAN = File("Plan für Ann.pdf", "application/pdf", bytes(range(256)) * 3_000)
NOTES = File("notes.txt", "text/plain", "Straße\r\n.\r\n".encode("latin-1"))


def test_an_answer_arrives_with_its_files_and_the_same_files_come_back(
    opened: None, mail: RealMail, tmp_path: Path
) -> None:
    database.write(lambda tx: live_family.switch(tx, "helpdesk", True, by="a test", now=NOW))
    account(mail)
    mail.deliver("bob", written("Where is the plan?", sender=ANN))
    read(auto_reply=False)
    (one,) = tickets()
    database.write(lambda tx: letter.reply(tx, one, "Here it is.", "agent", NOW, files=(PLAN, NOTES)))
    context = mailing.running(mail_manager.run, secrets={"env:MAIL": PASSWORD})
    server = {"host": "localhost", "security": "starttls", "ca_file": str(mail.ca_file), "timeout": 30.0}
    options = mailing.account(mail.port, tmp_path, user="tickworks", password="env:MAIL", **server)
    assert mailing.work(context, options).counts == {"sent": 1}
    (got,) = mail.arrived("ann")
    body = got.get_body()
    assert body is not None
    assert "Here it is." in body.get_content()
    parts: list[Any] = list(got.iter_attachments())
    files = [
        File(each.get_filename(), each.get_content_type(), each.get_payload(decode=True)) for each in parts
    ]
    assert files == [PLAN, NOTES]
    # Their program sends the whole mail back, as some do.
    for name, value in (("From", ANN), ("To", "bob@example.org"), ("Message-ID", "<2@example.org>")):
        del got[name]
        got[name] = value
    for name in ("X-Tickworks-Loop", "Auto-Submitted"):
        del got[name]
    mail.deliver("bob", got.as_bytes())
    read()
    (one,) = tickets()
    last = one["messages"][-1]
    assert (last["direction"], [each["name"] for each in last["files"]]) == ("in", [PLAN.name, NOTES.name])
    for each, sent in zip(last["files"], (PLAN, NOTES), strict=True):
        assert b"".join(saved(database.read, one["id"], each["id"]).parts) == sent.content


def test_files_in_an_answer_of_staff_by_mail_go_on_unless_they_are_too_much(
    sqlite: None, mail: RealMail
) -> None:
    account(mail)
    support()
    mail.deliver("bob", written("Where is the plan?"))
    read(auto_reply=False)
    for number, content in enumerate((b"%PDF", b"x" * (LARGEST + 1))):
        (told,) = letters("ann@example.org")
        answer = EmailMessage()
        answer["From"], answer["To"], answer["Subject"] = ANN, "bob@example.org", told["subject"]
        answer["Message-ID"] = f"<{number}@x>"
        answer.set_content("Here it is.")
        answer.add_attachment(content, maintype="application", subtype="pdf", filename=f"plan{number}.pdf")
        mail.deliver("bob", answer.as_bytes())
        read(auto_reply=False)
    sent = database.read().all("SELECT name, content FROM mail_attachment")
    assert [(name, bytes(content)) for name, content in sent] == [("plan0.pdf", b"%PDF")]
    assert len(letters(CUSTOMER)) == 2
    messages = tickets()[0]["messages"]
    assert [(each["direction"], len(each["files"])) for each in messages] == [
        *(("in", 0), ("out", 1), ("note", 1), ("out", 0))
    ]
    assert "did not go on to the customer: file plan1.pdf: 5.1 MB" in messages[2]["text"]
