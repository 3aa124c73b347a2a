"""Is it known who has remote desktop, through any number of groups, and never forgotten by a bad answer?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from actors.directory.rds_sync import run as service
from actors.directory.sync_ad_users import run as sync_ad_users
from actors.outcome import Outcome
from backends.directory import filters, read, write
from backends.directory.server import Server
from backends.directory.session import Session
from domain.directory import dn
from store import database
from store.directory import service as services
from tests.actors.directory.scene import add, directory, rows, work
from tests.backends.directory.conftest import MakeUser
from tests.support.fault_proxy import FaultProxy
from tests.support.real_samba import ADMIN, BASE, PASSWORD, real_samba

MakeGroup = Callable[[str], str]


def look(**args: Any) -> Outcome:
    """What the step says."""
    (step,) = work(service, args=args)[1].ports.ended_steps
    return step.outcome or Outcome("failed", {}, step.error or "")


def copy() -> None:
    assert work(sync_ad_users, args={"full": True, "believe": True})[0].kind == "done"


def have() -> list[str]:
    """Who has remote desktop, by name."""
    return [row["name"] for row in services.users_of(database.read(), "RDS")]


@pytest.fixture
def rds(server: Server, unit: str, group: MakeGroup) -> str:
    """The group of remote desktop; its distinguished name."""
    made = group("remote desktop")
    directory(server, unit)
    add("directory_group", directory="corp", name="RDS users", dn=made, use="service", service="RDS")
    return made


@pytest.mark.covers("rds_sync", 1)
def test_members_of_members_have_it_and_loops_do_no_harm(
    opened: None, session: Session, unit: str, user: MakeUser, group: MakeGroup, rds: str
) -> None:
    for name in ("Anna", "Ben", "Cy"):
        user(name)
    inner, deep = group("inner"), group("deep")
    write.add_members(session, rds, [inner, dn.child(unit, "CN", "Anna")])
    write.add_members(session, inner, [deep])
    write.add_members(session, deep, [dn.child(unit, "CN", "Ben"), rds])
    copy()
    outcome = look()
    assert (outcome.kind, outcome.counts["users"], outcome.counts["new"]) == ("done", 2, 2)
    assert have() == ["Anna", "Ben"]
    write.remove_members(session, deep, [dn.child(unit, "CN", "Ben")])
    assert look().counts["gone"] == 1
    assert have() == ["Anna"]
    write.add_members(session, deep, [dn.child(unit, "CN", "Ben")])
    assert (look().counts["new"], have()) == (1, ["Anna", "Ben"])
    assert len(rows("user_service")) == 2


def test_a_group_that_is_gone_keeps_what_is_known(
    sqlite: None, session: Session, unit: str, user: MakeUser, rds: str
) -> None:
    user("Anna")
    write.add_members(session, rds, [dn.child(unit, "CN", "Anna")])
    copy()
    look()
    write.delete(session, rds)
    outcome = look()
    assert (outcome.kind, have()) == ("failed", ["Anna"])
    assert "there is no such group any more" in outcome.message


def test_an_answer_that_lacks_nearly_all_is_not_believed_but_when_told_to(
    opened: None, session: Session, unit: str, user: MakeUser, rds: str
) -> None:
    names = [f"U{number}" for number in range(8)]
    for name in names:
        user(name)
    places = [dn.child(unit, "CN", name) for name in names]
    write.add_members(session, rds, places)
    copy()
    look()
    write.remove_members(session, rds, places[1:])
    outcome = look()
    assert (outcome.kind, len(have())) == ("partial", 8)
    assert "7 of 8 members of RDS users have vanished at once" in outcome.message
    assert look(believe=True).kind == "done"
    assert have() == ["U0"]


@pytest.mark.parametrize("fault", ["refuse", "cut", "garbage"])
def test_a_broken_line_changes_nothing(
    sqlite: None, session: Session, unit: str, user: MakeUser, rds: str, proxy: FaultProxy, fault: str
) -> None:
    user("Anna")
    write.add_members(session, rds, [dn.child(unit, "CN", "Anna")])
    copy()
    look()
    database.write(lambda tx: tx.run("UPDATE directory SET port = ?", (proxy.port,)))
    getattr(proxy, fault)()
    assert look().kind == "failed"
    assert have() == ["Anna"]
    proxy.heal()
    assert look().kind == "done"


def test_who_is_not_copied_yet_is_counted(
    sqlite: None, unit: str, session: Session, user: MakeUser, rds: str
) -> None:
    user("Anna")
    write.add_members(session, rds, [dn.child(unit, "CN", "Anna")])
    assert look().counts["unknown"] == 1
    copy()
    assert (look().counts["unknown"], have()) == (0, ["Anna"])


@pytest.fixture(scope="module")
def large() -> Iterator[Server]:
    """A controller with ten thousand users in one group."""
    with real_samba(10_000) as controller:
        yield Server("127.0.0.1", ADMIN, PASSWORD, controller.port, controller.ca_file)


def test_ten_thousand_members_in_a_nested_group(sqlite: None, large: Server) -> None:
    with Session(large) as session:
        outer = dn.child(BASE, "CN", "rds")
        write.create(session, outer, ["group"], {"sAMAccountName": "rds"})
        write.add_members(session, outer, [dn.child(BASE, "CN", "everybody")])
        known = [(str(each.id), each.dn) for each in read.search(session, BASE, filters.USERS)]
    made = directory(large)
    sql = """INSERT INTO dir_user (directory_id, guid, dn, created_at, changed_at, seen_at)
             VALUES (?, ?, ?, 1, 1, 1)"""
    database.write(lambda tx: tx.many(sql, [(made, *each) for each in known]))
    add("directory_group", directory="corp", name="RDS users", dn=outer, use="service", service="rds")
    outcome = look()
    assert (outcome.kind, outcome.counts["users"], outcome.counts["new"]) == ("done", 10_000, 10_000)
