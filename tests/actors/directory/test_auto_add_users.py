"""Are groups filled, and names brought in line, whatever lies in the way, and is what is wrong told?"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from actors.directory.auto_add_users_in_security_group import Options
from actors.directory.auto_add_users_in_security_group import run as service
from actors.outcome import Outcome
from actors.testing import FakeContext
from backends.directory import account, read, write
from backends.directory.server import Server
from backends.directory.session import Session
from domain.alert.finding import Finding
from domain.directory import dn
from store import database
from tests.actors.directory.scene import NOW, add, change, directory, rows, work
from tests.backends.directory.conftest import MakeUser, principal
from tests.backends.directory.test_objects import NASTY
from tests.support import rows as engine_rows
from tests.support.fault_proxy import FaultProxy

MakeGroup = Callable[[str], str]


def step(number: int, *, at: float = NOW, observes: bool = False) -> tuple[Outcome, FakeContext]:
    """What one of the steps says."""
    others = tuple(task.title for each, task in enumerate(service.tasks, 1) if each != number)
    context = work(service, Options(), at=at, observes=observes, not_due=others)[1]
    (ended,) = context.ports.ended_steps
    return ended.outcome or Outcome("failed", {}, ended.error or ""), context


@pytest.fixture
def everybody(server: Server, unit: str, group: MakeGroup) -> str:
    """The group that all users of the unit are put into; its distinguished name."""
    made = group("all, of + Acme")
    directory(server, unit)
    add("directory_unit", name="Acme", directory="corp", dn=unit)
    add("directory_group", directory="corp", name="everybody", dn=made, use="auto_add", unit="Acme")
    return made


def members(session: Session, group: str) -> list[str]:
    return sorted(dn.name(each) for each in read.members(session, group))


@pytest.mark.covers("auto_add_users_in_security_group", 1)
def test_who_is_not_in_the_group_is_put_in_and_nobody_is_taken_out(
    opened: None, session: Session, unit: str, user: MakeUser, everybody: str
) -> None:
    for name in ("Anna", "Smith, Ben"):
        user(name)
    guest = dn.child(unit, "CN", "Guest")
    write.create(session, guest, ["contact"], {})
    write.add_members(session, everybody, [guest, dn.child(unit, "CN", "Anna")])
    held, context = step(1, observes=True)
    assert (held.counts["held"], len(context.ports.acts)) == (1, 1)
    assert members(session, everybody) == ["Anna", "Guest"]
    assert step(1)[0].counts["added"] == 1
    assert members(session, everybody) == ["Anna", "Guest", "Smith, Ben"]
    again, context = step(1)
    assert (again.kind, again.counts["added"], context.ports.acts) == ("done", 0, [])


def test_every_name_that_a_person_can_have_is_put_in(
    sqlite: None, session: Session, user: MakeUser, everybody: str
) -> None:
    for name in NASTY:
        user(name)
    assert step(1)[0].counts["added"] == len(NASTY)
    assert members(session, everybody) == sorted(NASTY)


def test_a_group_that_is_gone_is_told_and_the_others_are_filled(
    opened: None, session: Session, unit: str, user: MakeUser, group: MakeGroup, everybody: str
) -> None:
    user("Anna")
    gone = group("gone")
    made = add("directory_group", directory="corp", name="a gone one", dn=gone, use="auto_add", unit="Acme")
    write.delete(session, gone)
    outcome = step(1)[0]
    assert (outcome.kind, outcome.counts["added"]) == ("partial", 1)
    assert "corp/a gone one: it or its unit is not in the directory any more" in outcome.message
    assert [row["object"] for row in rows("found_problem")] == ["directory_group corp/a gone one"]
    change("directory_group", made, enabled=False)
    assert step(1)[0].kind == "done"
    assert rows("found_problem") == [], "it is over"


def test_who_is_put_in_or_deleted_meanwhile_is_no_failure(
    sqlite: None,
    session: Session,
    unit: str,
    user: MakeUser,
    everybody: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anna, ben = dn.child(unit, "CN", "Anna"), user("Ben")
    user("Anna")
    user("Cy")
    real = write.add_members

    def late(*args: object) -> None:
        monkeypatch.undo()
        real(session, everybody, [anna])
        write.delete(session, ben)
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(write, "add_members", late)
    outcome = step(1)[0]
    assert outcome.kind == "done"
    assert members(session, everybody) == ["Anna", "Cy"]


def test_a_controller_that_goes_in_between_is_told_and_nothing_is_lost(
    sqlite: None,
    session: Session,
    user: MakeUser,
    everybody: str,
    proxy: FaultProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = write.add_members

    def unlucky(*args: object) -> None:
        proxy.drop_answer()
        real(*args)  # type: ignore[arg-type]

    user("Anna")
    database.write(lambda tx: tx.run("UPDATE directory SET port = ?", (proxy.port,)))
    with monkeypatch.context() as patch:
        patch.setattr(write, "add_members", unlucky)
        outcome = step(1)[0]
    assert outcome.kind == "failed"
    assert "nobody knows whether the change was made" in outcome.message
    assert rows("found_problem") == [], "of a directory that was not asked nothing is known"
    proxy.heal()
    again = step(1)[0]
    assert (again.kind, again.counts["added"]) == ("done", 0), "it was done, and is not done again"
    assert members(session, everybody) == ["Anna"]


@pytest.mark.covers("auto_add_users_in_security_group", 2)
def test_names_follow_sign_in_names_and_the_object_stays(
    opened: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    add("directory_unit", name="Acme", directory="corp", dn=unit, cn_rule="principal")
    first, second = (f"n{uuid.uuid4().hex[:10]}" for _ in range(2))
    anna = user("Smith, Anna", userPrincipalName=principal(first))
    user("nobody asked for a name")
    held, context = step(2, observes=True)
    assert (held.counts["held"], context.ports.acts[0].what) == (1, f"Rename Smith, Anna to {first} in Acme")
    assert step(2)[0].counts["renamed"] == 1
    assert dn.name(read.get(session, anna).dn) == first
    write.modify(session, anna, {"userPrincipalName": write.put(principal(second))})
    assert step(2)[0].counts["renamed"] == 1
    assert dn.name(read.get(session, anna).dn) == second
    assert step(2)[0].counts["renamed"] == 0


def test_two_users_of_one_name_in_a_unit_are_told(
    sqlite: None, server: Server, session: Session, unit: str, user: MakeUser
) -> None:
    directory(server, unit)
    add("directory_unit", name="Acme", directory="corp", dn=unit, cn_rule="principal")
    name = f"n{uuid.uuid4().hex[:10]}"
    user(name)
    anna = user("Anna", userPrincipalName=principal(name))
    outcome = step(2)[0]
    assert (outcome.kind, outcome.counts["refused"]) == ("partial", 1)
    assert f"cannot be called {name}" in outcome.message
    assert "of this name already" in outcome.message
    assert dn.name(read.get(session, anna).dn) == "Anna"


@pytest.mark.covers("auto_add_users_in_security_group", 3)
def test_what_needs_somebody_is_an_alert_until_it_is_over(opened: None, server: Server) -> None:
    made = directory(server, host="127.0.0.1", port=1)
    engine_rows.put(
        "job",
        kind="ad_user_create",
        organisation="Acme",
        backend="directory",
        own_key="k",
        state="failed",
        added_at=NOW,
        added_by="ann",
        failed_at=NOW,
    )
    add("directory_group", directory="corp", name="g", dn="CN=g,DC=x", use="service", service="RDS")
    add("directory_unit", name="Acme", directory="corp", dn="OU=a,DC=x", cn_rule="principal")
    assert step(2)[0].kind == "failed"
    assert step(3)[0].counts["found"] == 1, "a directory that is silent for a moment needs nobody"
    outcome = step(3, at=NOW + 3600)[0]
    assert outcome.counts["found"] == 2
    found = {each.object: each for each in _findings()}
    assert "could not be read for 60 min" in found["directory corp"].text
    assert found["directory corp"].severity == "error"
    assert "`tickworks jobs show 1`" in found["organisation Acme"].text
    database.write(lambda tx: tx.run("UPDATE job SET state = 'cancelled', ended_at = 1"))
    change("directory", made, enabled=False)
    assert step(3, at=NOW + 3600)[0].counts["over"] == 2
    assert _findings() == []


def test_an_account_that_is_off_is_put_in_as_well(
    sqlite: None, session: Session, user: MakeUser, everybody: str
) -> None:
    account.enable(session, user("Anna"), on=False)
    assert step(1)[0].counts["added"] == 1


def _findings() -> list[Finding]:
    """What the alerts make of it."""
    from domain.alert.facts import Facts, ProblemFact
    from domain.alert.found import problem
    from store.problem import all_found

    facts = Facts(NOW, problems=[ProblemFact(**row) for row in all_found(database.read())])
    return list(problem(facts))
