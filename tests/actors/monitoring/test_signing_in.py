"""Do checks of mail, FTP, SSH and DNS sign in and ask as they are told, and keep passwords to themselves?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from node.site import Site
from store import database
from tests.actors.monitoring.watched import watched
from tests.support.object_site import site
from tests.support.real_knot import RealKnot, real_knot
from tests.support.real_mail import PASSWORD, RealMail, real_mail
from tests.support.real_nginx import RealNginx
from tests.support.real_sshd import real_sshd
from tests.support.real_vsftpd import PASSWORD as FTP_PASSWORD
from tests.support.real_vsftpd import USER, RealVsftpd, real_vsftpd

__all__ = ["site"]

pytestmark = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)

ZONE = """$ORIGIN example.net.
$TTL 60
@ SOA ns1 hostmaster 1 3600 600 86400 300
@ NS ns1
ns1 A 127.0.0.1
www A 192.0.2.1
"""


@pytest.fixture(scope="module")
def mail() -> Iterator[RealMail]:
    with real_mail() as server:
        yield server


@pytest.fixture(scope="module")
def vsftpd() -> Iterator[RealVsftpd]:
    with real_vsftpd() as server:
        yield server


@pytest.fixture(scope="module")
def sshd() -> Iterator[int]:
    with real_sshd() as port:
        yield port


@pytest.fixture(scope="module")
def knot() -> Iterator[RealKnot]:
    with real_knot({"example.net": ZONE.splitlines()}) as server:
        yield server


@pytest.mark.covers("monitoring", 1)
def test_each_server_lets_the_check_in_or_says_why_not(
    site: Site,
    mail: RealMail,
    vsftpd: RealVsftpd,
    sshd: int,
    knot: RealKnot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OF_MAIL", PASSWORD)
    monkeypatch.setenv("OF_FTP", FTP_PASSWORD)
    monkeypatch.setenv("OF_NOBODY", "hunter2-wrong")
    scene = watched(site)
    scene.add("server", name="s", address="127.0.0.1")
    ann = {"user": "ann@example.org", "password": "env:OF_MAIL"}
    secure = {"security": "starttls", "ca_file": str(mail.ca_file)}
    given = {"target": "localhost", "timeout": 10.0}
    scene.check("smtp", kind="smtp", port=mail.port, settings={**ann, **secure}, **given)
    scene.check("pop3", kind="pop3", port=mail.pop3_port, settings=ann, **given)
    scene.check("imap", kind="imap", port=mail.imap_port, settings=ann, **given)
    scene.check(
        "stranger", kind="imap", port=mail.imap_port, settings={**ann, "password": "env:OF_NOBODY"}, **given
    )
    ftp = {"user": USER, "password": "env:OF_FTP"}
    scene.check("ftp", kind="ftp", port=vsftpd.port, settings=ftp, **given)
    scene.check("ssh", kind="tcp", port=sshd, settings={"greeting": "SSH-2.0"})
    scene.check(
        "dns", kind="dns", port=knot.port, target="www.example.net", settings={"wanted": ["192.0.2.1"]}
    )
    scene.check(
        "moved", kind="dns", port=knot.port, target="www.example.net", settings={"wanted": ["192.0.2.9"]}
    )
    outcome = scene.look()
    found = {name: scene.found(name) for name in ("smtp", "pop3", "imap", "ftp", "ssh", "dns")}
    assert {level for level, _ in found.values()} == {"good"}, found
    assert outcome.counts["bad"] == 2
    assert "sign-in refused" in scene.found("stranger")[1]
    assert "lacks 192.0.2.9" in scene.found("moved")[1]
    kept = str(database.read().all("SELECT * FROM check_result")) + outcome.message
    assert not any(word in kept for word in (PASSWORD, FTP_PASSWORD, "hunter2"))


def test_a_password_that_is_not_there_is_one_bad_check(site: Site, nginx: RealNginx) -> None:
    scene = watched(site)
    scene.add("server", name="s", address="127.0.0.1")
    scene.check("imap", kind="imap", port=nginx.http, settings={"user": "a", "password": "vault:not_there"})
    scene.check("page", kind="http", port=nginx.http)
    assert scene.look().counts["good"] == 1
    assert "vault:not_there" in scene.found("imap")[1]
