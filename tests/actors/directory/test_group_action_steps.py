"""What follows from the copy of a directory: attributes, services, logins of rooms, logins of databases."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql

from actors.directory.sync_ad_users import run as sync_ad_users
from backends.directory import account, read, write
from backends.directory.server import Server
from backends.directory.session import Session
from backends.sql_roles import Roles, SqlServer, try_out
from domain.directory import dn
from domain.directory.job_limits import JobLimits
from domain.directory.logins import Login, Person, plan
from store import database
from store.directory import service as services
from tests.actors.directory.job_scene import run_step
from tests.actors.directory.scene import DAY, NOW, add, change, directory, rows, users, work
from tests.backends.directory.conftest import MakeUser
from tests.support.fault_proxy import FaultProxy
from tests.support.postgresql import PostgresqlServer

NASTY = ['quo"te', "semi; DROP ROLE x", "back\\slash", "Ünïcode", "per%cent"]


@pytest.fixture
def copied(server: Server, unit: str) -> Callable[[], None]:
    """``copied()`` brings our copy up to date; the directory and its unit are objects."""
    add("organisation", name="Acme")
    directory(server, unit)
    add("directory_unit", name="Acme users", directory="corp", dn=unit, organisation="Acme")

    def sync() -> None:
        assert work(sync_ad_users, args={"full": True, "believe": True})[0].kind == "done"

    return sync


def step(number: int, **more: Any) -> Any:
    """What the step says."""
    return run_step(number, **more)[0]


@pytest.mark.covers("group_action_ad", 2)
def test_named_attributes_are_kept_of_users_and_units(
    opened: None, session: Session, unit: str, user: MakeUser, copied: Callable[[], None]
) -> None:
    user("Anna", title="Head", department="Sales", thumbnailPhoto=b"\xff\xd8", description="secret handshake")
    write.modify(session, unit, {"description": write.put("All of Acme"), "l": write.put("Bremen")})
    copied()
    outcome = step(2)
    assert (outcome.kind, outcome.counts["users"], outcome.counts["units"]) == ("done", 1, 1)
    assert json.loads(users()["Anna"]["attrs"]) == {"department": "Sales", "title": "Head"}
    (kept,) = rows("remote_object")
    attrs = json.loads(kept["attrs"])
    assert (kept["name"], attrs["description"], attrs["l"]) == ("Acme users", "All of Acme", "Bremen")
    assert step(2).counts["changed"] == 0


@pytest.mark.parametrize(
    "name", ["unicodePwd", "ms-Mcs-AdmPwd", "supplementalCredentials", "thumbnailPhoto", "a b"]
)
def test_secrets_and_bytes_cannot_even_be_asked_for(name: str) -> None:
    with pytest.raises(ValueError, match=r"never copied|not copied|no name"):
        JobLimits(user_attributes=(name,))


def test_a_unit_that_is_gone_is_told_and_its_copy_stays(
    sqlite: None, session: Session, unit: str, copied: Callable[[], None]
) -> None:
    below = dn.child(unit, "OU", "below")
    write.create(session, below, ["organizationalUnit"], {})
    add("directory_unit", name="Below", directory="corp", dn=below)
    copied()
    step(2)
    write.delete(session, below)
    outcome = step(2)
    assert (outcome.kind, outcome.message) == ("partial", "corp: unit Below is not there")
    assert len(rows("remote_object")) == 2


@pytest.mark.covers("group_action_ad", 3)
def test_services_are_known_by_groups_and_rds_is_left_to_another(
    opened: None,
    session: Session,
    unit: str,
    user: MakeUser,
    group: Callable[[str], str],
    copied: Callable[[], None],
) -> None:
    user("Anna")
    user("Ben")
    crm, rds = group("crm"), group("rds")
    write.add_members(session, crm, [dn.child(unit, "CN", "Anna")])
    write.add_members(session, rds, [dn.child(unit, "CN", "Ben")])
    made = add("directory_group", directory="corp", name="CRM users", dn=crm, use="service", service="CRM")
    add("directory_group", directory="corp", name="RDS users", dn=rds, use="service", service="RDS")
    copied()
    step(3)
    assert [row["name"] for row in services.users_of(database.read(), "CRM")] == ["Anna"]
    assert services.users_of(database.read(), "RDS") == []
    change("directory_group", made, enabled=False)
    step(3)
    assert services.users_of(database.read(), "CRM") == [], "nobody names the group any more"


@pytest.mark.covers("group_action_ad", 4)
def test_nobody_signs_in_as_a_room_once_the_family_is_live(
    opened: None, session: Session, user: MakeUser, copied: Callable[[], None]
) -> None:
    room, anna = user("Room 1", employeeType="room"), user("Anna")
    copied()
    outcome, context = run_step(4, observes=True)
    assert (outcome.counts["held"], outcome.counts.get("off", 0)) == (1, 0)
    assert context.ports.acts[0].what == "Switch off the login of Room 1 (room) in corp"
    assert _enabled(session, room)
    assert step(4).counts["off"] == 1
    assert (_enabled(session, room), _enabled(session, anna)) == (False, True)
    assert step(4).counts.get("off", 0) == 0
    assert step(4, options=JobLimits(disable_logins=False)).kind == "done"


def test_a_room_that_vanished_meanwhile_stops_no_other(
    sqlite: None, session: Session, user: MakeUser, copied: Callable[[], None]
) -> None:
    gone, room = user("Room 1", employeeType="room"), user("Room 2", employeeType="equipment")
    copied()
    write.delete(session, gone)
    outcome = step(4)
    assert (outcome.counts["missing"], outcome.counts["off"]) == (1, 1)
    assert not _enabled(session, room)


@dataclass
class Databases:
    """A database server with logins, and the object of it."""

    server: SqlServer
    roles: list[str]

    def make(self, name: str, *, login: bool = True) -> str:
        with psycopg.connect(_url(self.server), autocommit=True) as line:
            can = sql.SQL("LOGIN" if login else "NOLOGIN")
            line.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), can))
        self.roles.append(name)
        return name

    def run(self, text: str) -> None:
        with psycopg.connect(_url(self.server), autocommit=True) as line:
            line.execute(text)

    def logins(self) -> dict[str, bool]:
        """Those that are not the server's own: name -> whether somebody can sign in."""
        with Roles(self.server) as roles:
            return {each.name: each.can_login for each in roles.all() if not each.fixed}


def _url(server: SqlServer) -> str:
    return f"postgresql://{server.user}@{server.host}:{server.port}/{server.database}"


@pytest.fixture
def databases(shared_postgresql: PostgresqlServer, copied: Callable[[], None]) -> Iterator[Databases]:
    server = SqlServer("127.0.0.1", shared_postgresql.port, "postgres", "tickworks", "", "none")
    add(
        "sql_server",
        name="shop",
        directory="corp",
        host=server.host,
        port=server.port,
        database=server.database,
        username=server.user,
        encryption="none",
    )
    made = Databases(server, [])
    yield made
    left = set(made.logins())
    with psycopg.connect(_url(server), autocommit=True) as line:
        for name in left:
            own = sql.Identifier(name)
            line.execute(sql.SQL("DROP OWNED BY {}").format(own))
            line.execute(sql.SQL("DROP ROLE {}").format(own))


@pytest.mark.covers("group_action_ad", 5)
def test_a_login_follows_its_user_and_is_dropped_by_the_rules_only(
    opened: None,
    session: Session,
    unit: str,
    user: MakeUser,
    copied: Callable[[], None],
    databases: Databases,
) -> None:
    old, new, other = (f"p{uuid.uuid4().hex[:10]}" for _ in range(3))
    anna = user("Anna", sAMAccountName=old)
    databases.make(old)
    databases.make(other)
    copied()
    assert step(5).counts["linked"] == 1
    write.modify(session, anna, {"sAMAccountName": write.put(new)})
    copied()
    held, context = run_step(5, observes=True)
    assert held.counts["held"] == 1
    assert context.ports.acts[-1].what == f"Rename the login {old} of shop to {new}"
    assert set(databases.logins()) == {old, other}
    assert step(5).counts["renamed"] == 1
    assert databases.logins() == {new: True, other: True}
    assert step(5).counts.get("renamed", 0) == 0

    write.delete(session, anna)
    copied()
    assert step(5).counts["off"] == 1
    assert databases.logins()[new] is False, "first nobody signs in with it"
    assert step(5, at=NOW + DAY / 2, destroys=True).counts.get("destroyed", 0) == 0, "one look proves nothing"
    reported = step(5, at=NOW + 1.1 * DAY)
    assert (reported.counts["reported"], new in databases.logins()) == (1, True)
    assert step(5, at=NOW + 1.2 * DAY, destroys=True, observes=True).counts["held"] == 1
    assert step(5, at=NOW + 1.3 * DAY, destroys=True).counts["destroyed"] == 1
    assert databases.logins() == {other: True}
    (gone,) = rows("destruction")
    assert (gone["state"], gone["undo"].startswith("CREATE ROLE")) == ("done", True)
    assert step(5, at=NOW + 3 * DAY, destroys=True).kind == "done"


def test_a_login_that_owns_something_stays(
    sqlite: None, session: Session, user: MakeUser, copied: Callable[[], None], databases: Databases
) -> None:
    name = f"p{uuid.uuid4().hex[:10]}"
    anna = user("Anna", sAMAccountName=name)
    databases.make(name)
    databases.run(f"CREATE SCHEMA AUTHORIZATION {name}")
    copied()
    step(5)
    write.delete(session, anna)
    copied()
    step(5)
    outcome = step(5, at=NOW + 1.1 * DAY, destroys=True)
    assert (outcome.kind, name in databases.logins()) == ("partial", True)
    (gone,) = rows("destruction")
    assert "still owns something" in gone["error"]


@pytest.mark.parametrize("name", NASTY)
def test_names_are_quoted(sqlite: None, databases: Databases, name: str) -> None:
    databases.make(name)
    with Roles(databases.server) as roles:
        roles.rename(name, f"{name} 2")
        roles.switch_off(f"{name} 2")
        assert {role.name: role.can_login for role in roles.all() if not role.fixed} == {f"{name} 2": False}
        roles.drop(f"{name} 2")
    assert databases.logins() == {}


def test_logins_with_powers_are_never_touched(
    sqlite: None, user: MakeUser, copied: Callable[[], None], databases: Databases
) -> None:
    name = f"p{uuid.uuid4().hex[:10]}"
    user("Anna", sAMAccountName=name)
    databases.run(f"CREATE ROLE {name} LOGIN CREATEROLE")
    copied()
    assert step(5).counts["linked"] == 0
    databases.run(f"DROP ROLE {name}")


def test_a_rename_whose_answer_is_lost_is_not_done_again(
    sqlite: None,
    session: Session,
    user: MakeUser,
    copied: Callable[[], None],
    databases: Databases,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = (f"p{uuid.uuid4().hex[:10]}" for _ in range(2))
    anna = user("Anna", sAMAccountName=old)
    databases.make(old)
    copied()
    step(5)
    write.modify(session, anna, {"sAMAccountName": write.put(new)})
    copied()
    with FaultProxy(databases.server.port) as proxy:
        database.write(lambda tx: tx.run("UPDATE sql_server SET port = ?, host = '127.0.0.1'", (proxy.port,)))
        asked: list[str] = []
        rename = Roles.rename

        def watched(self: Roles, before: str, after: str) -> None:
            asked.append(after)
            proxy.drop_answer()
            rename(self, before, after)

        monkeypatch.setattr(Roles, "rename", watched)
        outcome = step(5)
        assert "nobody knows whether the change was made" in outcome.message
        proxy.heal()
        assert step(5).counts["renamed"] == 1
    assert (asked, set(databases.logins())) == ([new], {new})


def test_a_server_that_is_away_or_refuses_is_told(
    sqlite: None, copied: Callable[[], None], databases: Databases
) -> None:
    row = {**_object("sql_server"), "password": ""}
    assert try_out(row, str)[0][0]
    database.write(lambda tx: tx.run("UPDATE sql_server SET port = 1, host = '127.0.0.1'"))
    outcome = step(5)
    assert outcome.kind == "failed"
    assert "127.0.0.1:1" in outcome.message
    assert not try_out({**row, "username": "nobody there"}, str)[0][0]


def test_who_is_whose_login() -> None:
    anna, ben, gone = Person(1, "a", "Anna", False), Person(2, "b", "ben2", False), Person(3, "c", "cy", True)
    known = [Login(7, 2, "ben", "linked"), Login(8, 3, "cy", "linked")]
    made = plan([anna, ben, gone], known, {"anna": True, "ben": True, "cy": True, "dora": True})
    assert made.link == [(anna, "anna")]
    assert made.rename == [(known[0], "ben2")]
    assert made.off == [known[1]]
    again = plan([anna, ben, gone], known, {"ben2": True, "cy": False})
    assert (again.renamed, again.rename, again.off) == ([(known[0], "ben2")], [], [])
    clash = plan([ben], known[:1], {"ben": True, "ben2": True})
    assert (clash.rename, clash.taken) == ([], [(known[0], "ben2")])
    assert plan([ben], known[:1], {}).lost == [known[0]]
    fresh = Person(4, "d", "cy", False)
    assert plan([gone, fresh], known[1:], {"cy": True}).link == [], "a login of who is gone is nobody else's"


def _enabled(session: Session, guid: uuid.UUID) -> bool:
    return not read.get(session, guid, ["userAccountControl"]).number("userAccountControl") & account.DISABLED


def _object(kind: str) -> dict[str, Any]:
    from store.object import read as objects

    (row,) = objects.live(database.read(), kind)
    return row
