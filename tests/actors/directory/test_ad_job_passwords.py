"""Is the password of a job in no row, and forgotten once nobody needs it?"""

from __future__ import annotations

import json

from store import secret
from tests.actors.directory.ad_scene import Scene, new_name, observing, scene, site, sqlite_only
from tests.actors.directory.job_scene import job
from tests.actors.directory.scene import rows
from tests.backends.directory.conftest import GOOD
from web.acts.jobs import Jobs

__all__ = ["observing", "scene", "site"]


def test_a_password_is_in_no_row_and_is_forgotten_with_the_job(scene: Scene) -> None:
    name = new_name()
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
