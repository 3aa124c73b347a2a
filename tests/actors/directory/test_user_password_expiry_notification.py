"""Is everybody told in time that a password ends, once for each stage, and nobody for nothing?"""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest

from actors.directory.sync_ad_users import run as sync_ad_users
from actors.directory.sync_locked_users import run as sync_locked_users
from actors.directory.user_password_expiry_notification import run as service
from backends.directory import account, write
from backends.directory.server import Server
from backends.directory.session import Session
from domain.directory import dn
from domain.directory.limits import NoticeLimits
from tests.actors.directory.accounts import own_rules
from tests.actors.directory.scene import DAY, NOW, add, directory, events, mails, users, work
from tests.backends.directory.conftest import MakeUser
from tests.support.fault_proxy import FaultProxy

#: How old a password may become in the domain of the tests.
AGE = 42 * DAY


def copy() -> None:
    work(sync_ad_users)
    work(sync_locked_users, args={"whole": True})


def told(at: float) -> list[str]:
    """One run; whom the mails of it go to."""
    before = len(mails())
    outcome, _ = work(service, at=at)
    assert outcome.kind == "done", outcome
    return [each for mail in mails()[before:] for each in json.loads(mail["recipients"])]


@pytest.mark.covers("user_password_expiry_notification", 1)
def test_a_user_is_told_once_at_each_stage(opened: None, server: Server, unit: str, user: MakeUser) -> None:
    user("Anna $days", mail="anna@example.org")
    directory(server, unit)
    copy()
    ends = users()["Anna $days"]["password_expires_at"]
    assert ends == pytest.approx(NOW + AGE, abs=900)
    assert told(ends - 20 * DAY) == []
    assert told(ends - 13.5 * DAY) == ["anna@example.org"]
    assert told(ends - 12.5 * DAY) == []
    assert told(ends - 6.5 * DAY) == ["anna@example.org"]
    assert told(ends - 0.5 * DAY) == ["anna@example.org"], "what was missed is told once"
    assert told(ends + DAY) == []
    first = json.loads(mails()[0]["template_values"])
    assert "Your password ends on" in first["subject"]
    assert "Hello Anna $days," in first["text"]
    assert "14 days are left" in first["text"]
    assert mails()[0]["family"] == "directory"


def test_who_is_not_asked_to_hurry(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    given = {"mail": "x@example.org"}
    never, must, off = (user(name, **given) for name in ("Never", "Must change", "Off"))
    write.modify(session, never, {"userAccountControl": write.put(account.NORMAL | 0x10000)})
    write.modify(session, must, {"pwdLastSet": write.put(0)})
    account.enable(session, off, False)
    user("Room", employeeType="room", **given)
    user("Anna", mail="anna@example.org")
    directory(server, unit)
    copy()
    row = users()["Must change"]
    assert (bool(row["must_change"]), row["password_expires"]) == (True, "now")
    assert told(NOW + AGE - DAY) == ["anna@example.org"]


def test_a_password_changed_meanwhile_is_not_told_of(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    anna = user("Anna", mail="anna@example.org")
    directory(server, unit)
    copy()
    ends = users()["Anna"]["password_expires_at"]
    account.set_password(session, anna, "Other-Word-2")
    assert told(ends - DAY) == []
    after = users()["Anna"]["password_expires_at"]
    assert after > ends
    assert told(after - DAY) == ["anna@example.org"]


def test_a_policy_of_its_own_counts(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    user("Anna", mail="anna@example.org")
    user("Bert", mail="bert@example.org")
    directory(server, unit)
    rules = {"age": timedelta(days=5), "locked_for": timedelta(minutes=1)}
    with own_rules(session, dn.child(unit, "CN", "Anna"), **rules):
        copy()
        assert told(NOW + DAY) == ["anna@example.org"]


def test_whom_no_mail_reaches_is_told_to_the_organisation_once(
    opened: None, server: Server, unit: str, user: MakeUser
) -> None:
    add("organisation", name="Acme", email="office@acme.example")
    add("contact", organisation="Acme", name="Eve", email="eve@acme.example", duties=["notices"])
    user("Anna")
    user("Bert")
    directory(server, unit, organisation="Acme")
    copy()
    at = NOW + AGE - 13 * DAY
    assert told(at) == ["eve@acme.example"]
    assert "Anna" in json.loads(mails()[0]["template_values"])["text"]
    assert told(at + DAY) == []
    assert told(at + 8 * DAY) == []
    assert len([text for text in events() if "no mail reaches them" in text]) == 2


def test_an_address_that_is_none_is_no_end_of_the_others(
    opened: None, server: Server, unit: str, user: MakeUser
) -> None:
    user("Anna", mail="anna@example.org\nBcc: x@example.org")
    user("Bert", mail="bert@example.org")
    directory(server, unit)
    copy()
    outcome, _ = work(service, at=NOW + AGE - DAY)
    assert (outcome.kind, outcome.counts["told"], outcome.counts["refused"]) == ("partial", 1, 1)


def test_a_controller_that_is_away_keeps_its_own_waiting_only(
    sqlite: None,
    server: Server,
    behind: Server,
    proxy: FaultProxy,
    session: Session,
    unit: str,
    user: MakeUser,
) -> None:
    below = dn.child(unit, "OU", uuid.uuid4().hex)
    write.create(session, below, ["organizationalUnit"], {})
    anna = user("Anna", mail="anna@example.org")
    write.move(session, anna, below)
    user("Bert", mail="bert@example.org")
    directory(behind, below, name="away")
    directory(server, unit)
    copy()
    proxy.refuse()
    outcome, _ = work(service, NoticeLimits(timeout=1), at=NOW + AGE - 2 * DAY)
    assert (outcome.kind, outcome.counts["told"]) == ("partial", 2), "one copy of Anna was asked for"
    proxy.heal()
    assert told(NOW + AGE - 2 * DAY + 60) == ["anna@example.org"]
