"""Is each change made once, though answers are lost and the controller goes away?"""

from __future__ import annotations

import pytest

from tests.actors.directory.ad_scene import (
    OTHER,
    Scene,
    go_behind,
    losing,
    make_user,
    new_name,
    observing,
    scene,
    site,
    sqlite_only,
    user_count,
)
from tests.actors.directory.job_scene import carry_out, job, tries
from tests.actors.directory.scene import NOW
from tests.backends.directory.conftest import GOOD
from tests.support.fault_proxy import FaultProxy

__all__ = ["observing", "scene", "site"]


@sqlite_only
@pytest.mark.parametrize("kind", ["ad_user_create", "ad_user_password", "ad_user_modify", "ad_user_disable"])
def test_a_lost_answer_never_does_it_twice(
    scene: Scene, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    name = new_name()
    if kind != "ad_user_create":
        make_user(scene, name)
    args = {"ad_user_create": {"password": GOOD}, "ad_user_password": {"password": OTHER}}.get(kind, {})
    job_id = scene.order(kind, name, **(args or ({"phone": "1"} if kind == "ad_user_modify" else {})))
    go_behind(scene, proxy)
    changes = losing(monkeypatch, proxy)
    carry_out()
    assert (job(job_id)["state"], bool(job(job_id)["unsure"])) == ("unknown", True)
    assert "nobody knows whether the change was made" in job(job_id)["error"]
    proxy.heal()
    carry_out(NOW + 3600)
    assert job(job_id)["state"] == "done", job(job_id)["error"]
    assert (tries(job_id), len(changes)) == (["unknown"], 1), "it was found, not done again"
    assert user_count(scene) == 1
    if kind == "ad_user_password":
        # Who chose a password meanwhile keeps it: the job was over.
        assert scene.letting(name, OTHER) == "must_change"


@sqlite_only
def test_what_never_arrived_is_done_by_the_next_try(
    scene: Scene, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_name()
    job_id = scene.order("ad_user_create", name)
    go_behind(scene, proxy)
    proxy.refuse()
    carry_out()
    assert (job(job_id)["state"], tries(job_id)) == ("queued", ["failed"])
    proxy.heal()
    changes = losing(monkeypatch, proxy, hangs=True)
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
    assert user_count(scene) == 1


@sqlite_only
def test_a_controller_that_goes_in_the_middle_of_a_batch_costs_no_job(
    scene: Scene, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [new_name() for _ in range(4)]
    ids = [scene.order("ad_user_create", name) for name in names]
    go_behind(scene, proxy)
    losing(monkeypatch, proxy, after=2)
    carry_out()
    states = [job(each)["state"] for each in ids]
    assert states[:3] == ["done", "done", "unknown"], "in their order"
    monkeypatch.undo()
    proxy.heal()
    for hours in (1, 2, 3):
        carry_out(NOW + hours * 3600)
    assert [job(each)["state"] for each in ids] == ["done"] * 4
    assert user_count(scene) == 4
