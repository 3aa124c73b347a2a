"""Do our own people's records follow their users, and does nobody who is gone get in?"""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from actors.directory.sync_ad_users import run as sync_ad_users
from actors.directory.sync_staff_users import run as service
from actors.outcome import Outcome
from backends.directory import account, write
from backends.directory.server import Server
from backends.directory.session import Session
from store import database, user
from store.directory import staff as staff_links
from store.object import read
from tests.actors.directory.scene import NOW, add, change, directory, events, rows, work
from tests.backends.directory.conftest import MakeUser


def follow() -> Outcome:
    """Copy the directory, then what the step says."""
    assert work(sync_ad_users, args={"full": True, "believe": True})[0].kind == "done"
    (ended,) = work(service)[1].ports.ended_steps
    return ended.outcome or Outcome("failed", {}, ended.error or "")


def staff(staff_id: int) -> dict[str, Any]:
    found = read.by_id(database.read(), "staff", staff_id)
    assert found is not None
    return found


def sign_in(name: str, role: str = "operator") -> int:
    """Somebody who may sign in here; the id."""
    made = database.write(
        lambda tx: user.add(tx, name=name, password="hash", role=role, must_change=False, now=NOW)
    )
    assert made is not None
    return made


@pytest.mark.covers("sync_staff_users", 1)
def test_name_mail_and_phone_follow_and_a_rename_keeps_the_link(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    anna = user("Anna Smith", mail="anna@example.org", telephoneNumber="+49 30 1")
    made = add("staff", name="Anna", email="Anna@example.org", note="on duty on Mondays")
    outcome = follow()
    assert (outcome.kind, outcome.counts["linked"], outcome.counts["changed"]) == ("done", 1, 1)
    found = staff(made)
    assert (found["name"], found["phone"], found["note"]) == ("Anna Smith", "+49 30 1", "on duty on Mondays")
    write.rename(session, anna, "CN=Anna Jones")
    write.modify(
        session, anna, {"mail": write.put("jones@example.org"), "displayName": write.put("Anna Jones")}
    )
    follow()
    assert (staff(made)["name"], staff(made)["email"]) == ("Anna Jones", "jones@example.org")
    assert follow().counts["changed"] == 0
    entries = [row for row in rows("change") if row["action"] == "staff change"]
    assert [row["actor"] for row in entries] == ["sync_staff_users", "sync_staff_users"]


def test_the_guid_is_followed_through_a_rename_a_move_and_a_swap_of_addresses(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    anna, ben = user("Anna", mail="anna@example.org"), user("Ben", mail="ben@example.org")
    ours = add("staff", name="Anna", email="anna@example.org")
    follow()
    below = write.create(session, f"OU=below,{unit}", ["organizationalUnit"], {})
    assert below
    account_name = f"j{uuid.uuid4().hex[:12]}"
    changes = {"mail": write.put("x@example.org"), "sAMAccountName": write.put(account_name)}
    write.modify(session, anna, changes)
    write.rename(session, anna, "CN=Anna Jones")
    write.move(session, anna, f"OU=below,{unit}")
    write.modify(session, ben, {"mail": write.put("anna@example.org"), "displayName": write.put("Anna")})
    assert follow().counts["linked"] == 0, "who has her old address and name is somebody else"
    assert staff(ours)["email"] == "x@example.org"
    account.enable(session, ben, on=False)
    follow()
    assert staff(ours)["enabled"]
    account.enable(session, anna, on=False)
    follow()
    assert not staff(ours)["enabled"]


def test_who_was_archived_and_added_again_is_linked_again(
    opened: None, server: Server, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    user("Anna", mail="anna@example.org")
    first = add("staff", name="Anna", email="anna@example.org")
    follow()
    database.write(lambda tx: tx.run("UPDATE staff SET archived_at = ? WHERE id = ?", (NOW, first)))
    second = add("staff", name="Anna", email="anna@example.org")
    assert follow().counts["linked"] == 1
    linked = database.read().value("SELECT id FROM dir_user WHERE gone_at IS NULL")
    found = staff_links.of_user(database.read(), linked)
    assert found is not None
    assert found["id"] == second


def test_who_is_gone_there_gets_in_no_more_and_it_is_told(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    anna = user("Anna", mail="anna@example.org")
    made = add("staff", name="Anna", email="anna@example.org", login="anna")
    sign_in("boss", "admin")
    sign_in("anna")
    follow()
    write.delete(session, anna)
    user("Anna", mail="anna@example.org")
    outcome = follow()
    assert (outcome.counts["off"], bool(staff(made)["enabled"])) == (1, False)
    assert _may_sign_in() == {"boss"}
    (said,) = [text for text in events() if "switched off" in text]
    assert "is gone; the user anna here, too" in said
    follow()
    assert not staff(made)["enabled"], "another user of the same name is somebody else"


def test_who_is_switched_off_there_and_on_again(
    sqlite: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    anna, ben = user("Anna", mail="anna@example.org"), user("Ben", mail="ben@example.org")
    first = add("staff", name="Anna", email="anna@example.org")
    second = add("staff", name="Ben", email="ben@example.org")
    follow()
    account.enable(session, anna, on=False)
    change("staff", second, enabled=False)
    follow()
    assert not staff(first)["enabled"]
    account.enable(session, anna)
    account.enable(session, ben)
    follow()
    assert (bool(staff(first)["enabled"]), bool(staff(second)["enabled"])) == (True, False), (
        "by hand is by hand"
    )


def test_the_last_admin_is_left_in(
    sqlite: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    anna = user("Anna", mail="anna@example.org")
    add("staff", name="Anna", email="anna@example.org", login="anna")
    sign_in("anna", "admin")
    follow()
    write.delete(session, anna)
    follow()
    assert _may_sign_in() == {"anna"}
    assert "the last admin and was left in" in " ".join(events())


def test_a_mail_address_of_another_is_not_taken(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    anna = user("Anna", mail="anna@example.org")
    made = add("staff", name="Anna", email="anna@example.org")
    add("staff", name="Ben", email="ben@example.org")
    follow()
    write.modify(session, anna, {"mail": write.put("BEN@example.org"), "telephoneNumber": write.put("2")})
    outcome = follow()
    assert (outcome.kind, outcome.counts["refused"]) == ("partial", 1)
    assert "staff Anna: email BEN@example.org is another's already" in outcome.message
    assert (staff(made)["email"], staff(made)["phone"]) == ("anna@example.org", "2")
    assert [row["object"] for row in rows("found_problem")] == ["staff Anna"]
    write.modify(session, anna, {"mail": write.put("anna@example.org")})
    assert follow().kind == "done"
    assert rows("found_problem") == []


def test_two_users_of_one_address_are_nobodys_link(
    sqlite: None, server: Server, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    user("Anna", mail="desk@example.org")
    user("Ben", mail="desk@example.org")
    add("staff", name="Desk", email="desk@example.org")
    assert follow().counts["linked"] == 0


def test_what_cannot_be_a_value_here_is_told_and_the_rest_follows(
    sqlite: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    anna = user("Anna", mail="anna@example.org")
    made = add("staff", name="Anna", email="anna@example.org")
    follow()
    changes = {"mail": write.put("no address"), "telephoneNumber": write.put("3")}
    write.modify(session, anna, changes)
    outcome = follow()
    assert outcome.kind == "partial"
    assert (staff(made)["email"], staff(made)["phone"]) == ("anna@example.org", "3")


def _may_sign_in() -> set[str]:
    return {row["name"] for row in rows("app_user") if row["disabled_at"] is None}
