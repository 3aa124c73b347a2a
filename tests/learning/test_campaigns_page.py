"""Do the commands of docs/learning/campaigns.md lead from an empty site to mail in people's mailboxes?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from store import database
from tests.cli.conftest import ROOT, Site
from tests.learning.reader import Reader
from tests.support.console_blocks import console_blocks
from tests.support.mail_server import MailServer
from tests.support.process import end

PAGE = ROOT / "docs/learning/campaigns.md"
FILE = """
[node]
name = "n1"
threads = 2
[site]
profiles = ["helpdesk"]
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "Shop <shop@example.org>"
[web]
port = 0
public_url = "https://jobs.example.org"
"""


@dataclass
class Sender(Reader):
    """A reader with a mail server."""

    mails: MailServer

    def arrived(self) -> list[str]:
        """Who got a mail."""
        return sorted(str(mail["To"]) for mail in self.mails.mails())


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Sender]:
    mails = MailServer(tmp_path).start()
    site = Site(tmp_path)
    site.file.write_text(FILE.format(port=mails.port))
    (tmp_path / "letter.txt").write_text("Dear {{ name }},\nwe work on the network.\n")
    process = site.up()
    try:
        yield Sender(site, {"letter.txt": str(tmp_path / "letter.txt")}, mails)
    finally:
        end(process)
        database.close()
        mails.stop()


def test_the_page_leads_from_an_empty_site_to_mail_that_arrived(reader: Sender) -> None:
    people, written, scheduled, live, shown = console_blocks(PAGE)
    for command in people:
        reader.follow(command)
    said = [reader.follow(command) for command in written]
    assert "Subject: Maintenance at acme" in said[1]
    assert "Dear Ann" in said[1]
    said = [reader.follow(command) for command in scheduled]
    assert "2 recipients" in said[0]
    assert "Send the campaign" in said[2]
    assert reader.arrived() == []
    said = [reader.follow(command) for command in live]
    assert reader.arrived() == ["ann@example.org", "bob@example.org"]
    assert "done" in said[2]
    assert "maintenance" in reader.follow(shown[0])
