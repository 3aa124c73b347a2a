"""Is a locked user let in again by a button, and is what came of it always known?"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from actors.directory.sync_ad_users import run as sync_ad_users
from actors.directory.sync_locked_users import run as sync_locked_users
from backends.directory import account, write
from backends.directory.server import Server
from backends.directory.session import Session, check_password
from node.site import Site
from store import change, database
from tests.actors.directory.accounts import lock_out
from tests.actors.directory.scene import work
from tests.backends.directory.conftest import (
    GOOD,
    MakeUser,
    behind,
    principal,
    proxy,
    samba,
    server,
    session,
    unit,
    user,
)
from tests.support.fault_proxy import FaultProxy
from tests.support.object_site import add, site
from tests.support.real_samba import ADMIN, PASSWORD
from web.acts.directories import Directories
from web.acts.effects import Effects
from web.acts.refusal import Refusal
from web.shown import directory as shown

__all__ = ["behind", "proxy", "samba", "server", "session", "site", "unit", "user"]


class Locked:
    """A user whom wrong passwords locked out, as the site knows it."""

    def __init__(self, site: Site, server: Server, unit: str, user: MakeUser) -> None:
        self.site, self.name = site, uuid.uuid4().hex[:20]
        self.guid = user("Anna", userPrincipalName=principal(self.name), sAMAccountName=self.name)
        given: dict[str, Any] = {
            "host": server.host,
            "port": server.port,
            "username": ADMIN,
            "password": "env:DC",
        }
        add(site, "directory", name="corp", base=unit, ca_file=server.ca_file, **given)
        work(sync_ad_users)
        lock_out(server, self.name)
        work(sync_locked_users)
        assert self.row["locked"]
        Effects(site, by="ann").go_live("directory")

    @property
    def row(self) -> dict[str, Any]:
        return shown.named(self.site, database.read(), self.name)

    def unlock(self) -> str:
        return Directories(self.site, by="ann").unlock(self.name)

    def audit(self) -> str:
        return str(change.latest(database.read())[0]["after"])


@pytest.fixture
def locked(site: Site, server: Server, unit: str, user: MakeUser, monkeypatch: pytest.MonkeyPatch) -> Locked:
    monkeypatch.setenv("DC", PASSWORD)
    return Locked(site, server, unit, user)


@pytest.fixture
def locked_behind(
    site: Site, behind: Server, unit: str, user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> Locked:
    """The same, with a line that may break."""
    monkeypatch.setenv("DC", PASSWORD)
    return Locked(site, behind, unit, user)


def test_the_user_gets_in_again(locked: Locked, server: Server) -> None:
    anna = replace(server, user=principal(locked.name), password=GOOD)
    assert check_password(anna) == "locked"
    assert "is unlocked" in locked.unlock()
    assert check_password(anna) == "ok"
    assert not locked.row["locked"]
    assert "unlocked" in locked.audit()
    assert "was not locked any more" in locked.unlock()


def test_nothing_is_done_while_the_family_observes(locked: Locked, server: Server) -> None:
    Effects(locked.site, by="ann").observe("directory")
    with pytest.raises(Refusal, match="observes"):
        locked.unlock()
    assert check_password(replace(server, user=principal(locked.name), password=GOOD)) == "locked"


def test_a_refusal_of_the_directory_is_said(
    locked: Locked, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DC", "another password")
    with pytest.raises(Refusal, match="the user name or the password is wrong"):
        locked.unlock()
    monkeypatch.setenv("DC", PASSWORD)
    write.delete(session, locked.guid)
    with pytest.raises(Refusal, match="there is no object"):
        locked.unlock()
    assert locked.row["locked"], "nothing is known to have changed"
    assert "it is not unlocked" in locked.audit()


def test_a_lost_answer_is_looked_up(
    locked_behind: Locked, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = account.unlock

    def lose_the_answer(*given: Any) -> None:
        proxy.drop_answer(once=True)
        real(*given)

    monkeypatch.setattr(account, "unlock", lose_the_answer)
    assert "is unlocked" in locked_behind.unlock()
    assert not locked_behind.row["locked"]


def test_what_nobody_knows_is_said_and_known_after_the_next_look(
    locked_behind: Locked, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = account.unlock

    def lose_all_answers(*given: Any) -> None:
        proxy.drop_answer()
        real(*given)

    monkeypatch.setattr(account, "unlock", lose_all_answers)
    with pytest.raises(Refusal, match="nobody knows whether it is unlocked") as refused:
        locked_behind.unlock()
    assert refused.value.code == "unknown_outcome"
    assert locked_behind.row["locked"]
    proxy.heal()
    work(sync_locked_users)
    assert not locked_behind.row["locked"], "it had been done"
