"""Are ordered changes of users carried out, and told in plain words where they cannot be?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.directory import dn, logon_hours
from tests.actors.directory.ad_scene import (
    OTHER,
    Scene,
    make_user,
    new_name,
    observing,
    scene,
    site,
    user_count,
)
from tests.actors.directory.job_scene import carry_out, go_live, job
from tests.actors.directory.scene import NOW
from tests.backends.directory.conftest import GOOD, principal
from web.acts.jobs import Jobs

__all__ = ["observing", "scene", "site"]


@pytest.mark.covers("group_action_ad", 1)
def test_a_user_is_held_while_the_family_observes_and_made_once_it_is_live(observing: Scene) -> None:
    name = new_name()
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
    assert user_count(observing) == 0
    go_live()
    Jobs(observing.site, by="ann").release([job_id])
    assert f"made {name}" in observing.done(job_id)
    found = observing.user(name, "sn", "displayName", "userPrincipalName")
    assert (found.text("sn"), dn.name(found.dn)) == ("Smith, née +", "Anna Smith, née +")
    assert found.text("userPrincipalName") == principal(name)
    assert observing.letting(name, GOOD) == "ok"


def test_a_weak_password_a_taken_name_and_a_unit_that_is_gone_are_told_in_plain_words(scene: Scene) -> None:
    weak, taken = new_name(), new_name()
    first = scene.order("ad_user_create", weak, password="weak")
    said = scene.failed(first)
    assert "the password does not meet the rules of the domain (0000052D" in said
    assert "weak" not in said.replace(weak, "")
    assert user_count(scene) == 0
    make_user(scene, taken)
    assert "of this name already" in scene.failed(scene.order("ad_user_create", taken, given_name="Ben"))
    below = f"OU=gone,{scene.unit}"
    assert "no such object" in scene.failed(scene.order("ad_user_create", new_name(), unit=below))


def test_a_free_name_is_proposed_where_that_is_wanted(scene: Scene) -> None:
    family = new_name()[:8].title()
    wanted = f"anna.{family.lower()}"
    args = {"given_name": "Anna", "family_name": family, "if_taken": "propose"}
    assert f"made {wanted}:" in scene.done(scene.order("ad_user_create", "", **args))
    assert f"made {wanted}2:" in scene.done(scene.order("ad_user_create", "", **args))
    assert user_count(scene) == 2


def test_a_user_is_changed_switched_off_and_on_moved_and_renamed(scene: Scene) -> None:
    name, other = new_name(), new_name()
    made = make_user(scene, name, mail="old@example.org")
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
    name = new_name()
    make_user(scene, name)
    scene.done(scene.order("ad_user_hours", name, hours="mon-fri 8-18", zone="Europe/Berlin"))
    (value,) = scene.user(name, "logonHours").all("logonHours")
    now = datetime.fromtimestamp(NOW, UTC)
    assert logon_hours.words(logon_hours.read(value, ZoneInfo("Europe/Berlin"), now)) == "mon-fri 8-18"
    scene.done(scene.order("ad_user_hours", name, hours="never"))
    assert scene.letting(name, GOOD) == "not_now"
    scene.done(scene.order("ad_user_hours", name, hours="always"))
    assert scene.letting(name, GOOD) == "ok"


def test_nothing_is_reached_outside_the_units_of_the_organisation(scene: Scene) -> None:
    said = scene.failed(scene.order("ad_user_disable", "administrator"))
    assert "lies in no unit of Acme" in said
    said = scene.failed(scene.order("ad_user_disable", "nobody*)(objectClass=*"))
    assert "there is no nobody*)(objectClass=*" in said
