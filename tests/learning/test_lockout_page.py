"""Do the commands of docs/learning/lockout.md lead from three wrong passwords to a user who gets in again?"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends.directory import account, write
from backends.directory.server import Server
from backends.directory.session import Session, check_password
from domain.directory import dn
from tests.cli.conftest import ROOT
from tests.learning.reader import Reader
from tests.learning.test_monitoring_page import Impatient
from tests.support.console_blocks import console_blocks
from tests.support.process import end
from tests.support.real_mail import PASSWORD as MAIL_PASSWORD
from tests.support.real_mail import RealMail, real_mail
from tests.support.real_samba import ADMIN, BASE, LOCKS_AFTER, PASSWORD, REALM, RealSamba, real_samba
from tests.support.until import until

PAGE = ROOT / "docs/learning/lockout.md"
GOOD = "Good-Word-1"
FILE = """
[node]
name = "n1"
threads = 2
[web]
port = 0
[site]
admin = ["ann@example.org"]
profiles = ["hosting"]
[mail]
host = "127.0.0.1"
port = {mail.port}
sender = "tickworks@example.org"
user = "tickworks"
password = "file:{folder}/mail_password"
ca_file = "{mail.ca_file}"
"""


@pytest.fixture
def samba() -> Iterator[RealSamba]:
    """The controller that stands for the one that the page names."""
    with real_samba() as made:
        yield made


@pytest.fixture
def mail() -> Iterator[RealMail]:
    with real_mail() as made:
        yield made


@pytest.fixture
def reader(tmp_path: Path, samba: RealSamba, mail: RealMail) -> Iterator[Reader]:
    site = Impatient(tmp_path)
    (tmp_path / "mail_password").write_text(MAIL_PASSWORD)
    (tmp_path / "mail_password").chmod(0o600)
    site.file.write_text(FILE.format(mail=mail, folder=tmp_path))
    places = {
        "host=dc1.example.org": f"host=127.0.0.1 port={samba.port}",
        "username=reader@example.org": f"username={ADMIN}",
        "/etc/ssl/corp.pem": samba.ca_file,
        "DC=example,DC=org": BASE,
    }
    process = site.up()
    yield Reader(site, places)
    end(process, how=signal.SIGINT)


@pytest.fixture
def anna(reader: Reader, samba: RealSamba) -> Server:
    """Anna's own sign-in, with the right password."""
    server = Server("127.0.0.1", ADMIN, PASSWORD, samba.port, samba.ca_file)
    unit = dn.child(BASE, "OU", "Acme")
    with Session(server) as session:
        write.create(session, unit, ["organizationalUnit"], {})
        given: dict[str, write.Value] = {
            "sAMAccountName": "anna",
            "userPrincipalName": f"anna@{REALM}",
            "userAccountControl": account.NORMAL | account.DISABLED,
        }
        made = write.create(session, dn.child(unit, "CN", "Anna Smith"), ["user"], given)
        account.set_password(session, made, GOOD)
        account.enable(session, made)
    return replace(server, user=f"anna@{REALM}", password=GOOD)


def test_who_follows_the_page_knows_of_a_lock_and_ends_it(
    reader: Reader, anna: Server, mail: RealMail
) -> None:
    supply, (test,), read, (look, locked, alerts), mails, (live, unlock, after), (over,) = console_blocks(
        PAGE
    )
    assert "is added" in reader.follow(supply[0], PASSWORD + "\n")
    for command in supply[1:]:
        assert "is added" in reader.follow(command)
    assert "a domain controller of" in reader.follow(test)
    said = [reader.follow(command) for command in read]
    assert "Anna Smith" in said[2]
    assert "corp" in said[3]

    for _ in range(LOCKS_AFTER):
        assert check_password(replace(anna, password="guess")) == "wrong"
    assert check_password(anna) == "locked"
    reader.follow(look)
    assert "Anna Smith" in reader.follow(locked)
    until(lambda: "Anna Smith" in reader.follow(alerts), "the alert is open")
    for command in mails:
        reader.follow(command)
    texts = [each.get_content() for each in mail.arrived("ann")]
    assert any("Anna Smith (anna) of corp is locked out" in text for text in texts), texts

    reader.follow(live)
    assert "is unlocked" in reader.follow(unlock)
    assert check_password(anna) == "ok"
    assert "no user is like that" in reader.follow(after)
    until(lambda: "Anna Smith" not in reader.follow(over), "the alert is over")
