"""Are ordered changes of a directory carried out, each once, and told in plain words where they cannot be?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from actors.directory.sync_ad_users import run as sync_ad_users
from backends.directory import account, read, write
from backends.directory.entry import Entry
from backends.directory.server import Server
from backends.directory.session import Session, check_password
from domain.directory import dn, logon_hours
from node.site import Site
from store import database, secret
from tests.actors.directory.job_scene import carry_out, go_live, job, order, tries
from tests.actors.directory.scene import NOW, add, directory, rows, work
from tests.backends.directory.conftest import GOOD, principal
from tests.support import rows as engine_rows
from tests.support.fault_proxy import FaultProxy
from tests.support.object_site import site
from web.acts.jobs import Jobs
from web.acts.refusal import Refusal

__all__ = ["site"]

OTHER = "Other-Word-2"


@dataclass
class Scene:
    """A live site with a directory in which the organisation Acme has one unit."""

    site: Site
    server: Server
    session: Session
    unit: str

    def order(self, kind: str, object: str = "", **args: Any) -> int:
        return order(self.site, kind, object, **args)

    def user(self, name: str, *attributes: str) -> Entry:
        """The user of this account name, in the unit."""
        from backends.directory.filters import equals

        (found,) = read.search(self.session, self.unit, equals("sAMAccountName", name), attributes)
        return found

    def letting(self, name: str, password: str) -> str:
        """What the controller says to this name and password."""
        from dataclasses import replace

        return check_password(replace(self.server, user=principal(name), password=password))

    def done(self, job_id: int) -> str:
        """One run; the job is done by it, and says so."""
        carry_out()
        row = job(job_id)
        assert row["state"] == "done", row["error"]
        return str(row["message"])

    def failed(self, job_id: int) -> str:
        """One run; the job has failed for good by it, and says why."""
        carry_out()
        row = job(job_id)
        assert row["state"] == "failed", row
        return str(row["error"])

    def synchronised(self) -> None:
        """Our copy is what the directory is."""
        assert work(sync_ad_users, args={"full": True})[0].kind == "done"


def _scene(site: Site, server: Server, session: Session, unit: str) -> Scene:
    engine_rows.service("group_action_ad", family="directory", profile="hosting", title="GroupActionWorkAD")
    add("organisation", name="Acme")
    directory(server, unit)
    add("directory_unit", name="Acme users", directory="corp", dn=unit, organisation="Acme")
    from dataclasses import replace

    return Scene(replace(site, profiles=frozenset({"core", "hosting"})), server, session, unit)


@pytest.fixture
def observing(site: Site, server: Server, session: Session, unit: str) -> Scene:
    return _scene(site, server, session, unit)


@pytest.fixture
def scene(observing: Scene) -> Scene:
    go_live()
    return observing


sqlite_only = pytest.mark.parametrize("engine_database", ["sqlite"], indirect=True)


@pytest.mark.covers("group_action_ad", 1)
def test_a_user_is_held_while_the_family_observes_and_made_once_it_is_live(observing: Scene) -> None:
    name = _name()
    job_id = observing.order(
        "ad_user_create",
        name,
        given_name="Anna",
        family_name="Smith, née +",
        password=GOOD,
        must_change=False,
    )
    carry_out()
    assert (job(job_id)["state"], job(job_id)["held_reason"]) == ("held", "observe")
    assert _count(observing) == 0
    go_live()
    Jobs(observing.site, by="ann").release([job_id])
    assert f"made {name}" in observing.done(job_id)
    found = observing.user(name, "sn", "displayName", "userPrincipalName")
    assert (found.text("sn"), dn.name(found.dn)) == ("Smith, née +", "Anna Smith, née +")
    assert found.text("userPrincipalName") == principal(name)
    assert observing.letting(name, GOOD) == "ok"


def test_a_password_is_in_no_row_and_is_forgotten_with_the_job(scene: Scene) -> None:
    name = _name()
    job_id = scene.order("ad_user_create", name, password=GOOD)
    everywhere = json.dumps([rows(table) for table in ("job", "change", "event", "secret")], default=str)
    assert GOOD not in everywhere
    (sealed,) = rows("secret")
    assert secret.follow(f"vault:{sealed['name']}") == GOOD
    assert json.loads(job(job_id)["args"])["password"] == f"vault:{sealed['name']}"
    scene.done(job_id)
    assert rows("secret") == []
    assert scene.letting(name, GOOD) == "must_change"


@sqlite_only
def test_a_password_of_a_job_that_is_given_up_goes_too(scene: Scene) -> None:
    job_id = scene.order("ad_user_password", "anna", password=GOOD)
    assert len(rows("secret")) == 1
    Jobs(scene.site, by="ann").cancel([job_id])
    assert rows("secret") == []


@sqlite_only
def test_the_same_key_brings_the_same_job_though_its_password_is_sealed_anew(scene: Scene) -> None:
    jobs = Jobs(scene.site, by="ann")

    def ask(word: str) -> int:
        args = {"password": word}
        return jobs.add("ad_user_password", organisation="Acme", object="anna", args=args, key="once").id

    assert ask(GOOD) == ask(GOOD)
    assert len(rows("secret")) == 1


@sqlite_only
@pytest.mark.parametrize(
    ("kind", "object", "args", "said"),
    [
        ("ad_user_create", "a" * 21, {}, "has 21 characters: an account name has at most 20"),
        ("ad_user_create", "anna:smith", {}, "cannot have :"),
        ("ad_user_create", "", {}, "name the account"),
        ("ad_user_create", "anna", {"unit": "Nowhere"}, "there is no 'Nowhere': Acme has Acme users"),
        ("ad_user_create", "anna", {"unit": "OU=x,DC=other"}, "is in no unit of Acme"),
        ("ad_user_create", "anna", {"unit": "no name = at all, x"}, "distinguished name"),
        ("ad_user_create", "anna", {"principal": "no sign-in name"}, "is no sign-in name"),
        ("ad_user_create", "anna", {"phone": "1\x002"}, "phone"),
        ("ad_user_create", "anna", {"directory": "other"}, "has no unit in an active directory 'other'"),
        ("ad_user_create", "anna", {"colour": "red"}, "colour is unknown"),
        ("ad_user_modify", "anna", {}, "nothing to change"),
        ("ad_user_modify", "anna", {"phone": "1", "clear": ["phone"]}, "it is given, and to be taken away"),
        ("ad_user_delete", "anna", {}, "no user anna is known in corp: `tickworks run sync_ad_users`"),
        ("ad_user_password", "anna", {}, "password is required"),
        ("ad_user_password", "anna", {"password": "x"}, "expected a text of 4 to 200 characters"),
        ("ad_user_hours", "anna", {"hours": "mon-fry 8-18"}, "expected days of mon"),
        ("ad_user_hours", "anna", {"hours": "always", "zone": "Mars/Base"}, "expected a zone"),
        ("ad_user_rename", "anna", {}, "nothing to change"),
        ("ad_group_members", "all", {"add": ["a"], "remove": ["A"]}, "to be put in and taken out"),
    ],
)
def test_what_could_never_be_done_is_refused_when_it_is_ordered(
    scene: Scene, kind: str, object: str, args: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal, match=said.replace("+", r"\+")):
        scene.order(kind, object, **args)
    assert rows("job") == []
    assert rows("secret") == []


def test_a_weak_password_a_taken_name_and_a_unit_that_is_gone_are_told_in_plain_words(scene: Scene) -> None:
    weak, taken = _name(), _name()
    first = scene.order("ad_user_create", weak, password="weak")
    said = scene.failed(first)
    assert "the password does not meet the rules of the domain (0000052D" in said
    assert "weak" not in said.replace(weak, "")
    assert _count(scene) == 0
    _made(scene, taken)
    assert "of this name already" in scene.failed(scene.order("ad_user_create", taken, given_name="Ben"))
    below = f"OU=gone,{scene.unit}"
    assert "no such object" in scene.failed(scene.order("ad_user_create", _name(), unit=below))


def test_a_free_name_is_proposed_where_that_is_wanted(scene: Scene) -> None:
    family = _name()[:8].title()
    wanted = f"anna.{family.lower()}"
    args = {"given_name": "Anna", "family_name": family, "if_taken": "propose"}
    assert f"made {wanted}:" in scene.done(scene.order("ad_user_create", "", **args))
    assert f"made {wanted}2:" in scene.done(scene.order("ad_user_create", "", **args))
    assert _count(scene) == 2


def test_a_user_is_changed_switched_off_and_on_moved_and_renamed(scene: Scene) -> None:
    name, other = _name(), _name()
    made = _made(scene, name, mail="old@example.org")
    below = dn.child(scene.unit, "OU", "below")
    scene.done(scene.order("ad_unit_create", "below"))
    scene.done(scene.order("ad_user_modify", name, phone="+49 30 1", title="Head", clear=["mail"]))
    found = scene.user(name, "telephoneNumber", "title", "mail")
    assert [found.text(each) for each in ("telephoneNumber", "title", "mail")] == ["+49 30 1", "Head", ""]
    scene.done(scene.order("ad_user_disable", name))
    assert scene.letting(name, GOOD) == "disabled"
    assert "already" in scene.done(scene.order("ad_user_disable", name))
    scene.done(scene.order("ad_user_enable", name))
    scene.done(scene.order("ad_user_password", name, password=OTHER, must_change="false"))
    assert scene.letting(name, OTHER) == "ok"
    scene.done(scene.order("ad_user_move", name, unit=below))
    scene.done(
        scene.order("ad_user_rename", name, account=other, principal=principal(other), name="Ann, Dr.")
    )
    found = scene.user(other, "userPrincipalName")
    assert (found.id, dn.name(found.dn), found.text("userPrincipalName")) == (
        made,
        "Ann, Dr.",
        principal(other),
    )
    assert dn.key(dn.parent(found.dn)) == dn.key(below)
    assert scene.letting(other, OTHER) == "ok"


def test_hours_are_those_of_the_place(scene: Scene) -> None:
    name = _name()
    _made(scene, name)
    scene.done(scene.order("ad_user_hours", name, hours="mon-fri 8-18", zone="Europe/Berlin"))
    (value,) = scene.user(name, "logonHours").all("logonHours")
    now = datetime.fromtimestamp(NOW, UTC)
    assert logon_hours.words(logon_hours.read(value, ZoneInfo("Europe/Berlin"), now)) == "mon-fri 8-18"
    scene.done(scene.order("ad_user_hours", name, hours="never"))
    assert scene.letting(name, GOOD) == "not_now"
    scene.done(scene.order("ad_user_hours", name, hours="always"))
    assert scene.letting(name, GOOD) == "ok"


def test_a_group_is_made_filled_and_emptied(scene: Scene) -> None:
    one, two, group = _name(), _name(), _name()
    first, second = _made(scene, one), _made(scene, two)
    scene.done(scene.order("ad_group_create", group, name="All, of Acme"))
    job_id = scene.order("ad_group_members", group, add=f"{one}, {principal(two)}")
    assert "2 put in, 0 taken out" in scene.done(job_id)
    place = dn.child(scene.unit, "CN", "All, of Acme")
    assert len(list(read.members(scene.session, place))) == 2
    assert "0 put in" in scene.done(scene.order("ad_group_members", group, add=[str(first)]))
    assert "1 taken out" in scene.done(scene.order("ad_group_members", group, remove=[str(second)]))
    (left,) = read.members(scene.session, place)
    assert dn.name(left) == dn.name(scene.user(one).dn)


def test_nothing_is_reached_outside_the_units_of_the_organisation(scene: Scene) -> None:
    said = scene.failed(scene.order("ad_user_disable", "administrator"))
    assert "lies in no unit of Acme" in said
    said = scene.failed(scene.order("ad_user_disable", "nobody*)(objectClass=*"))
    assert "there is no nobody*)(objectClass=*" in said


def test_a_deletion_is_by_guid_keeps_a_copy_and_can_be_taken_back(scene: Scene) -> None:
    name = _name()
    made = _made(scene, name, mail="anna@example.org")
    scene.synchronised()
    first = scene.order("ad_user_delete", name)
    assert json.loads(job(first)["args"])["id"] == str(made)
    Jobs(scene.site, by="ann").reactivate([first])
    second = scene.order("ad_user_delete", name)
    # The user is deleted and made again meanwhile: another one, which nobody ordered to go.
    write.delete(scene.session, made)
    again = _made(scene, name)
    assert scene.done(second) == "it is gone already"
    assert scene.user(name).id == again
    scene.synchronised()
    said = scene.done(scene.order("ad_user_delete", name))
    assert str(again) in said
    assert _count(scene) == 0
    (copy,) = rows("backup_object")
    kept = json.loads(copy["attrs"])
    assert (copy["remote_id"], kept["sAMAccountName".lower()]) == (str(again), name)
    assert not {each for each in kept if "pwd" in each and each not in ("pwdlastset", "badpwdcount")}
    (gone,) = rows("destruction")
    assert (gone["state"], gone["organisation"]) == ("done", "Acme")
    assert "kept as backup object user" in gone["undo"]


def test_a_unit_that_holds_something_stays(scene: Scene) -> None:
    scene.done(scene.order("ad_unit_create", "full"))
    below = dn.child(scene.unit, "OU", "full")
    _made(scene, _name(), below)
    scene.synchronised()
    assert "there are objects below it" in scene.failed(scene.order("ad_unit_delete", below))
    assert read.get(scene.session, below)


@sqlite_only
@pytest.mark.parametrize("kind", ["ad_user_create", "ad_user_password", "ad_user_modify", "ad_user_disable"])
def test_a_lost_answer_never_does_it_twice(
    scene: Scene, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    name = _name()
    if kind != "ad_user_create":
        _made(scene, name)
    args = {"ad_user_create": {"password": GOOD}, "ad_user_password": {"password": OTHER}}.get(kind, {})
    job_id = scene.order(kind, name, **(args or ({"phone": "1"} if kind == "ad_user_modify" else {})))
    _behind(scene, proxy)
    changes = _losing(monkeypatch, proxy)
    carry_out()
    assert (job(job_id)["state"], bool(job(job_id)["unsure"])) == ("unknown", True)
    assert "nobody knows whether the change was made" in job(job_id)["error"]
    proxy.heal()
    carry_out(NOW + 3600)
    assert job(job_id)["state"] == "done", job(job_id)["error"]
    assert (tries(job_id), len(changes)) == (["unknown"], 1), "it was found, not done again"
    assert _count(scene) == 1
    if kind == "ad_user_password":
        # Who chose a password meanwhile keeps it: the job was over.
        assert scene.letting(name, OTHER) == "must_change"


@sqlite_only
def test_what_never_arrived_is_done_by_the_next_try(
    scene: Scene, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = _name()
    job_id = scene.order("ad_user_create", name)
    _behind(scene, proxy)
    proxy.refuse()
    carry_out()
    assert (job(job_id)["state"], tries(job_id)) == ("queued", ["failed"])
    proxy.heal()
    changes = _losing(monkeypatch, proxy, hangs=True)
    carry_out(NOW + 100)
    assert job(job_id)["state"] == "unknown"
    proxy.refuse()
    carry_out(NOW + 1000)
    assert job(job_id)["state"] == "unknown", "a look-up that nobody answers tells nothing"
    proxy.heal()
    monkeypatch.undo()
    carry_out(NOW + 9000)
    assert job(job_id)["state"] == "done"
    assert len(changes) == 1
    assert _count(scene) == 1


@sqlite_only
def test_a_controller_that_goes_in_the_middle_of_a_batch_costs_no_job(
    scene: Scene, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [_name() for _ in range(4)]
    ids = [scene.order("ad_user_create", name) for name in names]
    _behind(scene, proxy)
    _losing(monkeypatch, proxy, after=2)
    carry_out()
    states = [job(each)["state"] for each in ids]
    assert states[:3] == ["done", "done", "unknown"], "in their order"
    monkeypatch.undo()
    proxy.heal()
    for hours in (1, 2, 3):
        carry_out(NOW + hours * 3600)
    assert [job(each)["state"] for each in ids] == ["done"] * 4
    assert _count(scene) == 4


def _name() -> str:
    import uuid

    return f"u{uuid.uuid4().hex[:14]}"


def _made(scene: Scene, name: str, place: str = "", **attributes: str) -> UUID:
    """A user that can sign in, made by somebody else."""
    given: dict[str, write.Value] = {
        "sAMAccountName": name,
        "userPrincipalName": principal(name),
        "userAccountControl": account.NORMAL,
        "unicodePwd": f'"{GOOD}"'.encode("utf-16-le"),
    }
    return write.create(
        scene.session, dn.child(place or scene.unit, "CN", name), ["user"], given | attributes
    )


def _count(scene: Scene) -> int:
    from backends.directory.filters import USERS

    return len(list(read.search(scene.session, scene.unit, USERS)))


def _behind(scene: Scene, proxy: FaultProxy) -> None:
    """The directory is reached by way of the proxy from now on."""
    database.write(lambda tx: tx.run("UPDATE directory SET port = ?", (proxy.port,)))


def _losing(
    monkeypatch: pytest.MonkeyPatch, proxy: FaultProxy, *, after: int = 0, hangs: bool = False
) -> list[int]:
    """From the change after so many on, the answer to a change is lost on the line; the changes so far."""
    asked: list[int] = []
    ask = Session.ask

    def watched(self: Session, question: Callable[[Any], Any], *, changes: bool = False) -> Any:
        if changes:
            asked.append(1)
            if len(asked) > after:
                (proxy.cut if hangs else proxy.drop_answer)()
        return ask(self, question, changes=changes)

    monkeypatch.setattr(Session, "ask", watched)
    return asked
