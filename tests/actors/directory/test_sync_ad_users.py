"""Is our copy of a directory what the directory is, whatever happens to it and to the line?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from actors.context import StopRequested
from actors.directories.reading import read_directory
from actors.directory.sync_ad_users import run as service
from actors.outcome import Outcome
from actors.service import call
from actors.testing import testing_context
from backends.directory import write
from backends.directory.server import Server
from backends.directory.session import Session
from domain.directory import dn
from domain.directory.limits import CopyLimits
from store import database
from tests.actors.directory.scene import DAY, NOW, SECRETS, add, change, directory, events, rows, users, work
from tests.backends.directory.conftest import MakeUser
from tests.support.fault_proxy import FaultProxy
from tests.support.real_samba import ADMIN, BASE, PASSWORD, real_samba

FAR = 20_000  # bytes: past the TLS handshake, in the middle of the answer


def sync(at: float = NOW, **args: object) -> Outcome:
    """What the step says."""
    (step,) = work(service, at=at, args=args)[1].ports.ended_steps
    assert step.outcome is not None, step.error
    return step.outcome


@pytest.mark.covers("sync_ad_users", 1)
def test_users_are_copied_with_whose_they_are(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser, group: Callable[[str], str]
) -> None:
    anna = user("Anna Smith", mail="anna@example.org", telephoneNumber="+49 30 1", employeeID="7")
    user("Meeting room", employeeType="room")
    staff = group("staff")
    write.add_members(session, staff, [dn.child(unit, "CN", "Anna Smith")])
    acme = add("organisation", name="Acme")
    made = directory(server, unit)
    add("directory_unit", name="Acme", directory="corp", dn=unit.lower(), organisation="Acme")
    outcome = sync()
    assert (outcome.kind, outcome.counts["new"], outcome.counts["gone"]) == ("done", 2, 0)
    found = users()
    row = found["Anna Smith"]
    assert (row["guid"], row["mail"], row["phone"], row["employee_id"]) == (
        str(anna),
        "anna@example.org",
        "+49 30 1",
        "7",
    )
    assert (row["organisation_id"], row["directory_id"], bool(row["enabled"])) == (acme, made, True)
    assert row["password_changed_at"] == pytest.approx(NOW, abs=600)
    assert found["Meeting room"]["kind"] == "room"
    (member,) = database.read().all(
        """SELECT g.name, u.name FROM dir_member m JOIN dir_group g ON g.id = m.group_id
           JOIN dir_user u ON u.id = m.user_id"""
    )
    assert member == ("staff", "Anna Smith")
    assert events() == [], "a first read is no news of each user"


def test_only_what_changed_is_read_and_said(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser, group: Callable[[str], str]
) -> None:
    anna, bert, carl = user("Anna"), user("Bert"), user("Carl")
    staff = group("staff")
    below = dn.child(unit, "OU", "below")
    write.create(session, below, ["organizationalUnit"], {})
    directory(server, unit)
    sync()
    assert sync(NOW + 60).counts["read"] == 0
    write.rename(session, anna, dn.part("CN", "Anna, new"))
    write.move(session, bert, below)
    write.delete(session, carl)
    again = user("Carl")
    write.add_members(session, staff, [dn.child(below, "CN", "Bert")])
    outcome = sync(NOW + 120)
    assert (outcome.counts["read"], outcome.counts["new"], outcome.counts["gone"]) == (3, 1, 1)
    found = users()
    assert found["Anna, new"]["guid"] == str(anna)
    assert found["Bert"]["dn"] == dn.child(below, "CN", "Bert")
    assert found["Carl"]["guid"] == str(again) != users(gone=True)["Carl"]["guid"]
    assert [row["user_id"] for row in rows("dir_member")] == [found["Bert"]["id"]]
    (new, renamed, gone) = events()
    assert "Carl" in new
    assert "Anna (" in renamed
    assert "now Anna, new" in renamed
    assert "gone" in gone
    write.remove_members(session, staff, [dn.child(below, "CN", "Bert")])
    sync(NOW + 180)
    assert rows("dir_member") == []


def test_a_renamed_unit_takes_its_users_along(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    sales = dn.child(unit, "OU", "sales")
    write.create(session, sales, ["organizationalUnit"], {})
    anna = user("Anna")
    write.move(session, anna, sales)
    directory(server, unit)
    sync()
    write.rename(session, sales, dn.part("OU", "sales + more"))
    outcome, context = work(service, at=NOW + 60)
    moved = dn.child(unit, "OU", "sales + more")
    assert users()["Anna"]["dn"] == dn.child(moved, "CN", "Anna"), outcome
    assert any("everything was read" in line for line in context.log.lines)
    assert (outcome.counts["new"], outcome.counts["gone"]) == (0, 0)


def test_who_leaves_the_base_is_gone_and_who_comes_back_is_the_same(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    anna, _ = user("Anna"), user("Bert")
    directory(server, unit)
    sync()
    before = users()["Anna"]["id"]
    write.move(session, anna, f"CN=Users,{BASE}")
    assert sync(NOW + 60).counts["gone"] == 1
    assert list(users()) == ["Bert"]
    write.move(session, anna, unit)
    assert sync(NOW + 120).counts["returned"] == 1
    assert users()["Anna"]["id"] == before


def test_units_that_are_named_later_give_users_to_their_organisation(
    opened: None, server: Server, unit: str, user: MakeUser
) -> None:
    user("Anna")
    directory(server, unit)
    sync()
    assert users()["Anna"]["organisation_id"] is None
    acme = add("organisation", name="Acme")
    add("directory_unit", name="Acme", directory="corp", dn=unit, organisation="Acme")
    sync(NOW + 60)
    assert users()["Anna"]["organisation_id"] == acme


def test_much_less_than_before_is_not_believed(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    made = [user(f"User {number}") for number in range(8)]
    directory(server, unit)
    sync()
    for each in made[:6]:
        write.delete(session, each)
    for at in (60, 120):
        outcome = sync(NOW + at)
        assert outcome.kind == "failed"
        assert "nothing is marked as gone" in outcome.message
        assert len(users()) == 8
    assert "believe=yes" in rows("directory_state")[0]["error"]
    assert sync(NOW + 180, directory="corp", believe=True).counts["gone"] == 6
    assert len(users()) == 2
    assert rows("directory_state")[0]["error"] is None


def test_an_empty_answer_is_not_believed(opened: None, server: Server, unit: str, user: MakeUser) -> None:
    user("Anna")
    made = directory(server, unit)
    sync()
    change("directory", made, base=f"OU=other,{unit}")
    outcome = sync(NOW + 60)
    assert outcome.kind == "failed"
    assert "no users of corp at all" in outcome.message
    assert list(users()) == ["Anna"]


@pytest.mark.parametrize("fault", ["refuse", "cut", "hang", "garbage"])
def test_a_broken_line_publishes_nothing(
    sqlite: None, behind: Server, proxy: FaultProxy, unit: str, user: MakeUser, session: Session, fault: str
) -> None:
    user("Anna")
    directory(behind, unit)
    sync()
    before = (users(), rows("directory_state")[0]["cookie"])
    user("Bert")
    proxy.cut(FAR) if fault == "cut" else getattr(proxy, fault)()
    outcome, context = work(service, CopyLimits(timeout=1), at=NOW + 60, args={"full": True})
    assert context.ports.ended_steps[0].state == "failed", outcome
    assert (users(), rows("directory_state")[0]["cookie"]) == before
    assert rows("directory_state")[0]["error_kind"] in ("unreachable", "invalid")
    proxy.heal()
    assert sync(NOW + 120).counts["new"] == 1


def test_a_lost_cursor_is_no_loss_of_users(opened: None, server: Server, unit: str, user: MakeUser) -> None:
    user("Anna")
    directory(server, unit)
    sync()
    database.write(lambda tx: tx.run("UPDATE directory_state SET cookie = 'rubbish'"))
    user("Bert")
    outcome = sync(NOW + 60)
    assert (outcome.kind, outcome.counts["new"], outcome.counts["gone"]) == ("done", 1, 0)
    assert "cursor cannot be read" in rows("directory_state")[0]["note"]


def test_a_controller_that_went_back_is_read_anew(opened: None) -> None:
    with real_samba() as mortal:
        server = Server("127.0.0.1", ADMIN, PASSWORD, mortal.port, mortal.ca_file, read_timeout=20)
        unit = dn.child(BASE, "OU", "lost")
        with Session(server) as session:
            write.create(session, unit, ["organizationalUnit"], {})
            for number in range(3):
                write.create(
                    session,
                    dn.child(unit, "CN", f"lost {number}"),
                    ["user"],
                    {"sAMAccountName": f"lost{number}"},
                )
        directory(server)
        sync()
        assert "lost 1" in users()
        mortal.stop()
        mortal.go_back()
        mortal.start()
        outcome = sync(NOW + 60)
    assert (outcome.kind, outcome.counts["gone"]) == ("done", 3)
    assert "lost 1" not in users()
    assert "went back" in rows("directory_state")[0]["note"]


def test_everything_is_read_again_from_time_to_time(
    sqlite: None, server: Server, unit: str, user: MakeUser
) -> None:
    user("Anna")
    directory(server, unit, full_every=7)
    sync()
    assert sync(NOW + 6 * DAY).counts["read"] == 0
    assert sync(NOW + 7 * DAY).counts["read"] == 1


def test_one_directory_that_fails_hides_no_other(
    sqlite: None, server: Server, unit: str, user: MakeUser
) -> None:
    user("Anna")
    directory(server, unit, name="broken", password="env:WRONG")
    directory(server, unit)
    outcome = sync()
    assert (outcome.kind, outcome.counts["new"]) == ("partial", 1)
    assert "the user name or the password is wrong" in outcome.message
    assert sync(NOW + 60, directory="nobody's").kind == "failed"


def test_a_run_that_is_to_stop_publishes_nothing(
    sqlite: None, server: Server, unit: str, user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user("Anna")
    directory(server, unit)
    monkeypatch.setattr("actors.directories.copying.LOOK", 1)
    context = testing_context(service, now=datetime.fromtimestamp(NOW, UTC), secrets=SECRETS)
    context.ports.stop_after = 2
    with pytest.raises(StopRequested):
        call(service, context, CopyLimits())
    assert rows("dir_user") == []


def test_a_read_that_another_has_overtaken_publishes_nothing(
    opened: None, server: Server, unit: str, user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    user("Anna")
    directory(server, unit)
    sync()
    real = read_directory

    def overtaken(*given: Any) -> Any:
        found = real(*given)
        database.write(lambda tx: tx.run("UPDATE directory_state SET cookie = 'of another run'"))
        return found

    monkeypatch.setattr("actors.directories.copying.read_directory", overtaken)
    user("Bert")
    outcome = sync(NOW + 60)
    assert outcome.kind == "failed"
    assert "another read of directory" in outcome.message
    assert list(users()) == ["Anna"]
