"""Do the commands of docs/learning/helpdesk.md lead from an empty site to a ticket closed by mail?"""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.actors.helpdesk.desk_scene import CUSTOMER, written
from tests.cli.conftest import ROOT, Site
from tests.learning.reader import Reader
from tests.support.console_blocks import console_blocks
from tests.support.mail_server import MailServer
from tests.support.process import end
from tests.support.real_mail import PASSWORD, RealMail, real_mail
from tests.support.until import until

PAGE = ROOT / "docs/learning/helpdesk.md"
FILE = """
[node]
name = "n1"
threads = 2
[web]
port = 0
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "Site <site@example.org>"
"""


@dataclass
class Agent(Reader):
    """A reader with mailboxes of their own."""

    boxes: RealMail
    sink: MailServer

    def all(self, commands: list[str]) -> str:
        """Type all of them; the output of the last."""
        return [self.follow(command) for command in commands][-1]

    def runs(self) -> bool:
        """Whether the helpdesk runs when it is asked to."""
        return self.typed(["run", "helpdesk", "--wait"]).exit_code == 0

    def ticket(self) -> Any:
        return json.loads(self.typed(["ticket", "show", "1", "--json"]).stdout)

    def sent_to(self, address: str, words: str) -> EmailMessage:
        """The newest mail to an address that has these words, once it is there."""

        def found() -> list[EmailMessage]:
            mails = [each for each in self.sink.mails() if address in str(each["To"])]
            return [each for each in mails if words in each.get_content()]

        until(lambda: bool(found()), f"a mail to {address} has arrived")
        return found()[-1]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Agent]:
    sink = MailServer(tmp_path).start()
    try:
        with real_mail() as boxes:
            site = Site(tmp_path)
            site.file.write_text(FILE.format(port=sink.port))
            process = site.up()
            own = "host=127.0.0.1 security=none"
            places = {
                "host=192.0.2.30 protocol=imap username=support": f"{own} port={boxes.imap_port} "
                "protocol=imap username=bob",
                "host=192.0.2.30 protocol=pop3 username=billing": f"{own} port={boxes.pop3_port} "
                "protocol=pop3 username=tickworks",
            }
            yield Agent(site, places, boxes, sink)
            end(process, how=signal.SIGINT)
    finally:
        sink.stop()


def test_who_follows_the_page_has_a_ticket_closed_by_mail(reader: Agent) -> None:
    profile, supply, tests, first, live, again, closing = console_blocks(PAGE)
    assert "profile helpdesk is on" in reader.all(profile)
    until(reader.runs, "the node has started anew with the profile")
    for command in supply:
        answers = f"{PASSWORD}\n" if "--secret" in command else ""
        assert "is added" in reader.follow(command, answers)
    for command in tests:
        assert "0 mails" in reader.follow(command)

    reader.boxes.deliver("bob", written(), written(name="<s@x>", subject="[Spam] win"))
    run, listed, shown, held = first
    reader.follow(run)
    assert "Help" in reader.follow(listed)
    assert "It does not work." in reader.follow(shown)
    assert "away from the mail account support" in " ".join(reader.follow(held).split())
    assert len(reader.boxes.arrived("bob", 0)) == 2

    assert "mail" in reader.all(live)
    until(lambda: reader.boxes.arrived("bob", 0) == [], "the mailbox is empty")
    sent = reader.sent_to(CUSTOMER, "Is it plugged in?")
    assert reader.ticket()["state"] == "waiting"

    reader.boxes.deliver(
        "tickworks", written("It was not.\n", subject=f"Re: {sent['Subject']}", name="<2@x>")
    )
    reader.all(again)
    until(lambda: reader.ticket()["state"] == "open", "the answer is in the ticket")

    reader.follow("tickworks run mail_manager --wait")
    told = reader.sent_to("ann@example.org", "It was not.")
    commands = "#note it was the plug\n#close\n"
    mail = written(commands, subject=f"Re: {told['Subject']}", sender="ann@example.org", name="<3@x>")
    reader.boxes.deliver("bob", mail)
    reader.all(closing)
    until(lambda: reader.ticket()["state"] == "closed", "the command was obeyed")
    assert [each["direction"] for each in reader.ticket()["messages"]] == ["in", "out", "in", "note"]
