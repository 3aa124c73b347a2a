"""Is who is locked out known, told once, and over when it is over?"""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from actors.directory.sync_ad_users import run as sync_ad_users
from actors.directory.sync_locked_users import run as service
from backends.directory import account, read, write
from backends.directory.server import Server
from backends.directory.session import Session
from domain.directory import dn
from domain.directory.limits import LockLimits
from store import database
from tests.actors.directory.accounts import lock_out, own_rules
from tests.actors.directory.scene import NOW, directory, events, rows, users, work
from tests.backends.directory.conftest import MakeUser, principal
from tests.support.fault_proxy import FaultProxy
from tests.support.until import until


def look(at: float = NOW, **args: object) -> dict[str, float]:
    outcome, _ = work(service, at=at, args=args)
    assert outcome.kind == "done", outcome
    return dict(outcome.counts)


@pytest.fixture
def anna(server: Server, unit: str, user: MakeUser) -> tuple[uuid.UUID, str]:
    """A user of a directory that was copied, and her sign-in name."""
    name = uuid.uuid4().hex
    made = user("Anna", userPrincipalName=principal(name))
    user("Bert")
    directory(server, unit)
    work(sync_ad_users)
    return made, name


@pytest.mark.covers("sync_locked_users", 1)
def test_wrong_passwords_show_and_so_does_the_unlocking(
    opened: None, server: Server, session: Session, anna: tuple[uuid.UUID, str]
) -> None:
    made, name = anna
    assert look() == pytest.approx(
        {"looked_at": 2, "locked": 0, "unlocked": 0, "directories": 1, "failed": 0}
    )
    assert users()["Anna"]["password_expires"] == "at"
    lock_out(server, name)
    assert look(NOW + 60)["locked"] == 1
    row = users()["Anna"]
    assert (bool(row["locked"]), bool(users()["Bert"]["locked"])) == (True, False)
    assert row["locked_at"] == pytest.approx(NOW, abs=900)
    assert look(NOW + 120)["locked"] == 0, "it is told once"
    account.unlock(session, made)
    assert look(NOW + 180)["unlocked"] == 1
    assert not users()["Anna"]["locked"]
    told, last = events()
    assert "is locked out after wrong passwords" in told
    assert "is not locked out any more" in last


def test_a_lock_whose_term_has_passed_is_none_though_its_time_stays(
    opened: None, server: Server, session: Session, unit: str, anna: tuple[uuid.UUID, str]
) -> None:
    made, name = anna
    term = timedelta(seconds=1)
    with own_rules(session, dn.child(unit, "CN", "Anna"), age=timedelta(days=9), locked_for=term):
        look()
        lock_out(server, name)
        computed = "msDS-User-Account-Control-Computed"
        until(lambda: not read.get(session, made, [computed]).number(computed) & 0x10, "the term has passed")
        database.write(lambda tx: tx.run("UPDATE dir_user SET locked = TRUE WHERE name = 'Anna'"))
        assert read.get(session, made, ["lockoutTime"]).number("lockoutTime") > 0
        assert look(NOW + 60)["unlocked"] == 1
    assert not users()["Anna"]["locked"]


def test_a_domain_without_a_policy_locks_nobody(
    opened: None, server: Server, session: Session, unit: str, anna: tuple[uuid.UUID, str]
) -> None:
    made, _ = anna
    write.modify(session, made, {"userAccountControl": write.put(account.NORMAL | 0x10000)})
    look(whole=True)
    row = users()["Anna"]
    assert (row["password_expires"], row["password_expires_at"], bool(row["locked"])) == (
        "never",
        None,
        False,
    )


def test_who_is_gone_is_not_locked_for_ever(
    opened: None, server: Server, session: Session, anna: tuple[uuid.UUID, str]
) -> None:
    made, name = anna
    look()
    lock_out(server, name)
    assert look(NOW + 60)["locked"] == 1
    write.delete(session, made)
    look(NOW + 120)
    assert users()["Anna"]["locked"], "that a list lacks her proves nothing"
    work(sync_ad_users, at=NOW + 180)
    assert not users(gone=True)["Anna"]["locked"]


def test_only_a_whole_look_asks_for_all(sqlite: None, anna: tuple[uuid.UUID, str]) -> None:
    assert look()["looked_at"] == 2
    assert look(NOW + 60)["looked_at"] == 0
    assert look(NOW + 7 * 3600)["looked_at"] == 2


@pytest.mark.parametrize("fault", ["refuse", "hang", "cut"])
def test_a_controller_that_is_away_changes_nothing(
    sqlite: None,
    server: Server,
    behind: Server,
    proxy: FaultProxy,
    unit: str,
    user: MakeUser,
    fault: str,
) -> None:
    name = uuid.uuid4().hex
    user("Anna", userPrincipalName=principal(name))
    directory(behind, unit)
    work(sync_ad_users)
    lock_out(server, name)
    look()
    before = users()["Anna"]
    assert before["locked"]
    getattr(proxy, fault)()
    outcome, _ = work(service, LockLimits(timeout=1), at=NOW + 60)
    assert outcome.kind == "failed"
    assert users()["Anna"] == before
    assert rows("directory_state")[0]["error_kind"] == "unreachable"
