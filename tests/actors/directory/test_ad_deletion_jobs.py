"""Does a deletion meet what was meant, and nothing else of its name?"""

from __future__ import annotations

import json

from backends.directory import read, write
from domain.directory import dn
from tests.actors.directory.ad_scene import Scene, make_user, new_name, observing, scene, site, user_count
from tests.actors.directory.job_scene import job
from tests.actors.directory.scene import rows
from web.acts.jobs import Jobs

__all__ = ["observing", "scene", "site"]


def test_a_deletion_is_by_guid_keeps_a_copy_and_can_be_taken_back(scene: Scene) -> None:
    name = new_name()
    made = make_user(scene, name, mail="anna@example.org")
    scene.synchronised()
    first = scene.order("ad_user_delete", name)
    assert json.loads(job(first)["args"])["id"] == str(made)
    Jobs(scene.site, by="ann").reactivate([first])
    second = scene.order("ad_user_delete", name)
    # The user is deleted and made again meanwhile: another one, which nobody ordered to go.
    write.delete(scene.session, made)
    again = make_user(scene, name)
    assert scene.done(second) == "it is gone already"
    assert scene.user(name).id == again
    scene.synchronised()
    said = scene.done(scene.order("ad_user_delete", name))
    assert str(again) in said
    assert user_count(scene) == 0
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
    make_user(scene, new_name(), below)
    scene.synchronised()
    assert "there are objects below it" in scene.failed(scene.order("ad_unit_delete", below))
    assert read.get(scene.session, below)
