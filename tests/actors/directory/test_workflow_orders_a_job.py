"""Does a workflow change a real directory by a job, once, and only where both families are live?"""

from __future__ import annotations

import json

from actors.workflow_runs import WorkflowOptions
from store import database, live_family
from tests.actors.directory.ad_scene import Scene, new_name, observing, scene, site, user_count
from tests.actors.directory.job_scene import carry_out, go_live, job
from tests.actors.directory.scene import rows
from tests.actors.helpdesk import workflow_scene as desk

__all__ = ["observing", "scene", "site"]

LATER = desk.NOW + 60
OPTIONS = WorkflowOptions(profiles=("hosting", "helpdesk"))
#: Ends no JSON, no distinguished name and no filter.
FAMILY = 'O"Neil", "phone": "1", \\+#)('
HIRED = {
    "kind": "job",
    "job": "ad_user_create",
    "organisation": "{{ data.company }}",
    "object": "{{ data.account }}",
    "args": '{"given_name": "{{ data.given }}", "family_name": "{{ data.family }}", "must_change": false}',
}


def hired(account: str, company: str = "Acme", family: str = FAMILY) -> None:
    desk.happens("hired", account=account, company=company, given="Anna", family=family)


def answers() -> list[str]:
    """What the steps said, in order."""
    return [row["answer"] for row in rows("workflow_step")]


def test_an_event_makes_a_user_in_the_directory_once_both_families_are_live(observing: Scene) -> None:
    name = new_name()
    desk.workflow(HIRED, event="hired")
    hired(name)
    desk.work(options=OPTIONS, observes=True)
    assert rows("job") == [], "the helpdesk observes: the order itself waits"
    desk.go_live()
    desk.work(1, run_id=2, options=OPTIONS)
    ((number, text),) = [(row["id"], row["args"]) for row in rows("job")]
    assert json.loads(text)["family_name"] == FAMILY
    carry_out(LATER)
    assert (job(number)["state"], user_count(observing)) == ("held", 0), "the directory observes"
    go_live()
    database.write(lambda tx: tx.run("UPDATE job SET state = 'queued', held_reason = NULL"))
    carry_out(LATER)
    assert job(number)["state"] == "done", job(number)["error"]
    found = observing.user(name, "sn", "givenName")
    assert (found.text("givenName"), found.text("sn")) == ("Anna", FAMILY)
    desk.work(2, run_id=3, options=OPTIONS)
    carry_out(LATER + 60)
    assert (len(rows("job")), user_count(observing), desk.states()) == (1, 1, [("w", "done")])


def test_what_cannot_be_ordered_fails_the_run_in_plain_words_and_reaches_nothing(scene: Scene) -> None:
    database.write(lambda tx: live_family.switch(tx, "helpdesk", True, by="ann", now=desk.NOW))
    desk.workflow(HIRED, event="hired")
    hired("a" * 21)
    hired(new_name(), company="Nobody")
    hired("anna", family="line\nbreak")
    desk.work(options=OPTIONS)
    assert desk.states() == [("w", "failed")] * 3
    long, nobody, broken = answers()
    assert "has 21 characters: an account name has at most 20" in long
    assert "Nobody" in nobody
    assert rows("job") == []
    assert user_count(scene) == 0
    assert "family_name" in broken
