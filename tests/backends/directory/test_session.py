"""Signing in, and everything that can be wrong with a conversation."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from backends.directory import account, read, write
from backends.directory.refused import SignIn, in_words, refused, sign_in
from backends.directory.root import read_root
from backends.directory.server import Server
from backends.directory.session import Session, check_password
from backends.error import BackendError
from domain.directory import user_account_control as uac
from tests.backends.directory.conftest import GOOD, MakeUser, principal
from tests.support.certificates import Authority
from tests.support.fault_proxy import FaultProxy
from tests.support.process import free_port
from tests.support.real_samba import BASE, HOST, LOCKS_AFTER, PASSWORD

FAR = 30_000  # bytes: past the end of the TLS handshake, in the middle of a large answer


def _failure(server: Server) -> BackendError:
    """What becomes of signing in and reading everything."""
    with pytest.raises(BackendError) as failed, Session(server) as session:
        list(read.search(session, BASE, attributes=["*"]))
    assert PASSWORD not in str(failed.value)
    assert str(server.port) in str(failed.value)
    return failed.value


def test_the_controller_says_where_things_are(session: Session) -> None:
    root = read_root(session)
    assert (root.domain, root.host) == (BASE, HOST)
    assert root.usn > 0


@pytest.mark.parametrize("password", ["wrong", "", "*", PASSWORD.lower()])
def test_a_wrong_password_is_an_error_of_ours(server: Server, user: MakeUser, password: str) -> None:
    user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    failed = _failure(replace(server, user=principal(name), password=password))
    assert failed.kind == "auth"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("525", "wrong"),
        ("52e", "wrong"),
        ("530", "not_now"),
        ("531", "not_here"),
        ("532", "password_expired"),
        ("533", "disabled"),
        ("701", "expired"),
        ("773", "must_change"),
        ("775", "locked"),
        ("999", "wrong"),
    ],
)
def test_the_number_in_a_refusal_says_why(code: str, reason: SignIn) -> None:
    said = f"80090308: LdapErr: DSID-0C0903A9, comment: AcceptSecurityContext error, data {code}, v1db1"
    assert sign_in(49, said) == reason
    assert refused(49, said) == ("auth", in_words(reason))


def test_somebody_gets_in(server: Server, user: MakeUser) -> None:
    user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    assert check_password(replace(server, user=principal(name), password=GOOD)) == "ok"
    assert check_password(replace(server, user=principal(name), password="other")) == "wrong"
    assert check_password(replace(server, user=principal("nobody"), password=GOOD)) == "wrong"


def test_nobody_gets_in_without_a_password(server: Server, user: MakeUser) -> None:
    user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    assert check_password(replace(server, user=principal(name), password="")) == "wrong"


def test_letters_of_a_password_are_not_exchanged(server: Server, session: Session, user: MakeUser) -> None:
    made = user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    # As half-width katakana, a soft hyphen and a ligature, which SASLprep would write in other letters.
    account.set_password(session, made, strange := "Geheim-ｱ\u00adﬁ-1")
    assert check_password(replace(server, user=principal(name), password=strange)) == "ok"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"userAccountControl": account.NORMAL | account.DISABLED}, "disabled"),
        ({"accountExpires": 132_000_000_000_000_000}, "expired"),
        ({"logonHours": bytes(21)}, "not_now"),
        ({"pwdLastSet": 0}, "must_change"),
    ],
)
def test_an_account_says_why_it_does_not_get_in(
    server: Server, session: Session, user: MakeUser, changes: dict[str, write.Value], reason: str
) -> None:
    made = user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    write.modify(session, made, {name: write.put(value) for name, value in changes.items()})
    assert check_password(replace(server, user=principal(name), password=GOOD)) == reason


def test_wrong_passwords_lock_an_account_until_it_is_unlocked(
    server: Server, session: Session, user: MakeUser
) -> None:
    made = user("Anna", userPrincipalName=principal(name := uuid.uuid4().hex))
    anna = replace(server, user=principal(name), password=GOOD)
    for _ in range(LOCKS_AFTER):
        assert check_password(replace(anna, password="guess")) == "wrong"
    assert check_password(anna) == "locked"
    assert _state(session, made).locked_at is not None
    account.unlock(session, made)
    assert check_password(anna) == "ok"
    assert not _state(session, made).locked


def _state(session: Session, made: uuid.UUID) -> uac.Account:
    found = read.get(session, made, account.STATE)
    return uac.account(
        found.number("userAccountControl"),
        found.number("msDS-User-Account-Control-Computed"),
        lockout=found.number("lockoutTime"),
        password_set=found.number("pwdLastSet"),
        password_ends=found.number("msDS-UserPasswordExpiryTimeComputed"),
        ends=found.number("accountExpires"),
    )


def test_a_certificate_of_others_is_refused(server: Server, tmp_path: Path) -> None:
    stranger = Authority(tmp_path, "Somebody else")
    failed = _failure(replace(server, ca_file=str(stranger.ca_file)))
    assert (failed.kind, "certificate does not hold" in str(failed)) == ("invalid", True)


def test_a_certificate_for_another_name_is_refused(server: Server) -> None:
    assert check_password(replace(server, name=HOST)) == "ok"
    failed = _failure(replace(server, name="dc2.ad.example.org"))
    assert (failed.kind, "dc2.ad.example.org" in str(failed)) == ("invalid", True)


def test_a_missing_file_of_certificates_is_named(server: Server, tmp_path: Path) -> None:
    failed = _failure(replace(server, ca_file=str(tmp_path / "none.pem")))
    assert (failed.kind, "none.pem" in str(failed)) == ("invalid", True)


@pytest.mark.parametrize("host", ["no such host", "nowhere.invalid", "a..b", "x" * 300])
def test_a_host_that_is_none_is_unreachable(server: Server, host: str) -> None:
    failed = _failure(replace(server, host=host))
    assert failed.kind == "unreachable"


def test_nobody_listening_is_said(server: Server) -> None:
    failed = _failure(replace(server, port=free_port()))
    assert (failed.kind, "nobody listens" in str(failed)) == ("unreachable", True)


@pytest.mark.parametrize("fault", ["hang", "garbage", "cut", "flip"])
def test_a_fault_before_anything_is_said(behind: Server, proxy: FaultProxy, fault: str) -> None:
    {"hang": proxy.hang, "garbage": proxy.garbage, "cut": proxy.cut, "flip": lambda: proxy.flip(100)}[fault]()
    quick = replace(behind, connect_timeout=0.5, read_timeout=0.5)
    assert _failure(quick).kind in ("unreachable", "invalid")


@pytest.mark.parametrize("fault", ["cut", "reset", "garbage", "flip"])
def test_a_fault_in_the_middle_of_a_read_never_ends_it_early(
    behind: Server, proxy: FaultProxy, fault: str
) -> None:
    {
        "cut": lambda: proxy.cut(FAR),
        "reset": lambda: proxy.cut(FAR, reset=True),
        "garbage": lambda: proxy.garbage(after=FAR),
        "flip": lambda: proxy.flip(FAR),
    }[fault]()
    assert _failure(behind).kind in ("unreachable", "invalid")
    assert proxy.spoiled == 1


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_an_answer_that_takes_too_long_is_given_up(behind: Server, proxy: FaultProxy, fault: str) -> None:
    with Session(replace(behind, connect_timeout=600, read_timeout=0.5)) as session:
        proxy.hang() if fault == "hang" else proxy.drip(0.1)
        with pytest.raises(BackendError, match="does not answer in time") as failed:
            read_root(session)
        assert failed.value.kind == "unreachable"
        with pytest.raises(BackendError, match="conversation is over"):
            read_root(session)
    proxy.heal()
    with Session(behind) as session:
        assert read_root(session).domain == BASE


def test_a_controller_that_is_gone_between_two_pages_is_an_error(behind: Server, proxy: FaultProxy) -> None:
    with Session(behind) as session:
        pages = read.search(session, BASE, page=10)
        first = [next(pages) for _ in range(10)]
        proxy.refuse()
        with pytest.raises(BackendError) as failed:
            list(pages)
    assert (len(first), failed.value.kind) == (10, "unreachable")
