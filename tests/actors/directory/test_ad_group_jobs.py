"""Are groups made, filled and emptied as ordered?"""

from __future__ import annotations

from backends.directory import read
from domain.directory import dn
from tests.actors.directory.ad_scene import Scene, make_user, new_name, observing, scene, site
from tests.backends.directory.conftest import principal

__all__ = ["observing", "scene", "site"]


def test_a_group_is_made_filled_and_emptied(scene: Scene) -> None:
    one, two, group = new_name(), new_name(), new_name()
    first, second = make_user(scene, one), make_user(scene, two)
    scene.done(scene.order("ad_group_create", group, name="All, of Acme"))
    job_id = scene.order("ad_group_members", group, add=f"{one}, {principal(two)}")
    assert "2 put in, 0 taken out" in scene.done(job_id)
    place = dn.child(scene.unit, "CN", "All, of Acme")
    assert len(list(read.members(scene.session, place))) == 2
    assert "0 put in" in scene.done(scene.order("ad_group_members", group, add=[str(first)]))
    assert "1 taken out" in scene.done(scene.order("ad_group_members", group, remove=[str(second)]))
    (left,) = read.members(scene.session, place)
    assert dn.name(left) == dn.name(scene.user(one).dn)
