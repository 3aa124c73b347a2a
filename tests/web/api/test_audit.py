"""Does the API give the audit trail in pages, narrowed, and as a file to admins?"""

from __future__ import annotations

import json

from tests.web.api.asking import Api, Scene, api, scene
from web.acts.edits import Edits

__all__ = ["api", "scene"]

SERVICE = "talker"


def test_an_edit_is_there_with_what_it_changed(api: Api, scene: Scene) -> None:
    api.be("admin", "berta")
    assert api.edit(SERVICE, {"priority": 3, "reason": "later"}).status_code == 200
    api.be("viewer")
    (entry,) = api.get(f"/audit?object={SERVICE}").json()["audit"]
    assert (entry["actor"], entry["object"], entry["reason"]) == ("berta", f"service {SERVICE}", "later")
    assert {"key": "priority", "before": "5", "after": "3"} in entry["changes"]


def test_pages_follow_each_other(api: Api, scene: Scene) -> None:
    for _ in range(3):
        Edits(scene.site, by="ann").disable([SERVICE])
        Edits(scene.site, by="ann").enable([SERVICE])
    first = api.get("/audit?limit=4").json()
    second = api.get(f"/audit?limit=4&cursor={first['next']}").json()
    actions = [row["action"] for row in first["audit"] + second["audit"]]
    assert actions == ["enable", "disable"] * 3
    assert second["next"] is None


def test_times_and_words_narrow(api: Api, scene: Scene) -> None:
    Edits(scene.site, by="ann").disable([SERVICE])
    assert len(api.get("/audit?since=2020-01-01T00:00:00Z&actor=AN").json()["audit"]) == 1
    assert api.get("/audit?until=2020-01-01T00:00:00Z").json()["audit"] == []
    assert api.get("/audit?action=enable").json()["audit"] == []
    assert api.get("/audit?since=yesterday").status_code == 422


def test_the_file_is_for_admins(api: Api, scene: Scene) -> None:
    Edits(scene.site, by="ann").disable([SERVICE])
    api.be("operator")
    assert api.get("/audit/export").status_code == 403
    api.be("admin")
    answer = api.get("/audit/export?format=jsonl")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert json.loads(answer.text)["action"] == "disable"
