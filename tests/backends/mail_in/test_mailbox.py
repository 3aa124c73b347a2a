"""Is a mailbox read as its server means it, and is what goes wrong told in one line without the password?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from backends.error import BackendError
from backends.mail_in.opened import mailbox_of, opened, try_out
from backends.mail_in.source import Listed, MailSource
from tests.support.process import free_port
from tests.support.real_mail import PASSWORD, RealMail, real_mail

BOX = "bob"
each_protocol = pytest.mark.parametrize("protocol", ["imap", "pop3"])


@pytest.fixture(scope="module")
def server() -> Iterator[RealMail]:
    with real_mail() as started:
        yield started


@pytest.fixture
def mail(server: RealMail) -> RealMail:
    server.empty()
    return server


def account(mail: RealMail, protocol: str, **more: Any) -> dict[str, Any]:
    port = mail.imap_port if protocol == "imap" else mail.pop3_port
    values = {"protocol": protocol, "host": "localhost", "port": port, "security": "none", "ca_file": ""}
    return {**values, "username": BOX, "password": "env:BOX", "folder": "INBOX", **more}


def source(mail: RealMail, protocol: str, password: str = PASSWORD, **more: Any) -> MailSource:
    return opened(mailbox_of(account(mail, protocol, **more), password, 5.0))


def mails(count: int) -> list[bytes]:
    return [b"Subject: %d\r\n\r\n.a line with a dot\r\n%s\r\n" % (n, b"x" * 5000) for n in range(count)]


@each_protocol
def test_mails_keep_their_numbers_and_come_whole(mail: RealMail, protocol: str) -> None:
    mail.deliver(BOX, *mails(3))
    first = source(mail, protocol)
    listed = first.listed()
    got = [first.fetch(each, 100_000) for each in listed]
    first.close()
    assert [each.data.split(b"Subject: ")[1][:1] for each in got] == [b"0", b"1", b"2"]
    assert all(each.whole and b"\r\n.a line with a dot\r\n" in each.data for each in got)
    second = source(mail, protocol)
    assert second.listed() == listed
    second.close()


@each_protocol
def test_of_a_large_mail_comes_the_head_alone(mail: RealMail, protocol: str) -> None:
    mail.deliver(BOX, *mails(1))
    there = source(mail, protocol)
    (listed,) = there.listed()
    got = there.fetch(listed, 1000)
    there.close()
    assert (got.whole, b"Subject: 0" in got.data, b"dot" in got.data) == (False, True, False)


@each_protocol
def test_only_what_was_named_is_deleted(mail: RealMail, protocol: str) -> None:
    mail.deliver(BOX, *mails(3))
    there = source(mail, protocol)
    listed = there.listed()
    there.delete([listed[1].uid])
    there.close()
    after = source(mail, protocol)
    assert after.listed() == [listed[0], listed[2]]
    with pytest.raises(BackendError) as told:
        after.fetch(Listed("1.99999", 5), 100)
    assert told.value.kind == "missing"
    after.close()


def test_by_pop3_nothing_goes_without_a_good_end(mail: RealMail) -> None:
    mail.deliver(BOX, *mails(1))
    there = source(mail, "pop3")
    there.delete([there.listed()[0].uid])
    there.close(keep=False)
    assert len(mail.arrived(BOX)) == 1


def test_a_mail_is_moved_to_another_folder(mail: RealMail) -> None:
    mail.deliver(BOX, *mails(2))
    there = source(mail, "imap")
    listed = there.listed()
    there.move([listed[0].uid], "Done")
    assert there.listed() == [listed[1]]
    there.close()
    other = source(mail, "imap", folder="Done")
    assert len(other.listed()) == 1
    other.delete([each.uid for each in other.listed()])
    other.close()


@each_protocol
@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"password": "hunter2-wrong"}, "auth", "sign-in refused"),
        ({"password": "two\r\nlines"}, "auth", ""),
        ({"port": 0, "security": "tls"}, "unreachable", "nobody listens"),
        ({"security": "starttls"}, "denied", "no ST"),
        ({"host": "nowhere.invalid"}, "unreachable", "nowhere.invalid"),
    ],
    ids=["password", "break", "nobody", "no starttls", "no host"],
)
def test_what_goes_wrong_is_told_in_one_line(
    mail: RealMail, protocol: str, change: dict[str, Any], kind: str, words: str
) -> None:
    if change.get("port") == 0:
        change = {**change, "port": free_port()}
    with pytest.raises(BackendError) as told:
        source(mail, protocol, **{"password": PASSWORD, **change})
    assert told.value.kind == kind
    assert words in str(told.value)
    assert "hunter2" not in str(told.value)


@each_protocol
def test_a_certificate_that_nobody_vouches_for_stops_all(mail: RealMail, protocol: str) -> None:
    """What answers there is Postfix: the handshake comes before any protocol."""
    with pytest.raises(BackendError, match="not trusted"):
        source(mail, protocol, port=mail.tls_port, security="tls")
    with pytest.raises(BackendError) as told:
        source(mail, protocol, port=mail.tls_port, security="tls", ca_file=str(mail.ca_file))
    assert told.value.kind == "invalid"


@each_protocol
def test_a_password_does_not_go_out_unencrypted(
    monkeypatch: pytest.MonkeyPatch, mail: RealMail, protocol: str
) -> None:
    monkeypatch.setattr("backends.mail_in.guarded.is_loopback", lambda host: False)
    with pytest.raises(BackendError, match="not sent unencrypted"):
        source(mail, protocol)


def test_trying_out_says_how_many_mails_lie_there(mail: RealMail) -> None:
    mail.deliver(BOX, *mails(2))
    lines = try_out(account(mail, "imap"), lambda reference: PASSWORD)
    assert [ok for ok, _ in lines] == [True, True]
    assert lines[1][1] == "2 mails in INBOX"
    assert try_out(account(mail, "pop3"), lambda reference: "wrong")[0][0] is False
