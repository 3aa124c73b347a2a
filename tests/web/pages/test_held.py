"""Does the page show what is held, and does an admin decide there?"""

from __future__ import annotations

import html
import re

import pytest
from starlette.testclient import TestClient

from domain.effects.act import Act
from domain.effects.destroy import Doomed
from store import database, destruction, held_act
from tests.support.visitors import Application

SCRIPT = "<script>alert(1)</script>"


def hold(application: Application, *keys: str, family: str = "dns") -> None:
    for key in keys:
        what, detail = f"Write zone {key}", {"ttl": 60}
        act = Act(family=family, service="sync", effect="outward", what=what, key=key, detail=detail)
        database.write(lambda tx, act=act: held_act.ask(tx, act, None, application.clock.now()))  # type: ignore[misc]


def said(client: TestClient) -> str:
    found = re.search(r'<p class="notice \w+">(.*?)</p>', client.get("/held").text)
    assert found is not None
    return html.unescape(found[1])


def states() -> list[str]:
    return [row[0] for row in database.read().all("SELECT state FROM held_act ORDER BY id")]


def test_what_is_held_stands_by_family_and_no_name_is_markup(application: Application) -> None:
    hold(application, "acme", SCRIPT)
    text = application.signed_in("viewer").get("/held").text
    assert "2 held, 0 released, 0 dropped" in text
    assert "Write zone acme" in text
    assert SCRIPT not in text
    assert 'value="release"' not in text


def test_single_acts_are_released_and_dropped(application: Application) -> None:
    hold(application, "a", "b", "c")
    admin = application.signed_in("admin")
    admin.post("/held/bulk", data={"do": "release", "ids": ["1", "2"]})
    assert said(admin) == "2 acts released: done when the service asks again"
    admin.post("/held/bulk", data={"do": "drop", "ids": ["3"]})
    assert states() == ["released", "released", "dropped"]
    assert "Write zone c" in admin.get("/held?state=dropped").text
    answer = admin.post("/held/bulk", data={"do": "drop"}, headers={"hx-request": "true"})
    assert (answer.status_code, "give at least one act" in answer.text) == (409, True)


def test_all_of_a_family_that_were_shown_are_decided_at_once(application: Application) -> None:
    hold(application, "a", "b")
    admin = application.signed_in("admin")
    assert "Release 2 acts of dns, all that are shown?" in admin.get("/held").text
    hold(application, "came later")
    admin.post("/held/dns", data={"do": "release", "until": "2"})
    assert said(admin) == "dns: 2 acts released"
    assert states() == ["released", "released", "held"]


def test_a_family_goes_live_and_observes_again(application: Application) -> None:
    hold(application, "a")
    admin = application.signed_in("admin")
    assert "dns goes live: 1 act and 0 jobs are released" in admin.get("/held").text
    admin.post("/held/dns", data={"do": "go-live"})
    assert said(admin) == "dns is live: 1 act and 0 jobs released"
    assert "dns is live" in admin.get("/settings/observe").text
    assert application.audit()[0]["action"] == "go live"
    admin.post("/held/dns", data={"do": "observe"})
    assert (said(admin), states()) == ("dns observes", ["held"])


@pytest.mark.parametrize("path", ["/held/dns", "/held/bulk", "/held/steps/cleaner/1"])
def test_only_an_admin_decides(application: Application, path: str) -> None:
    assert application.signed_in("operator").post(path, data={"do": "release"}).status_code == 403


def test_what_was_destroyed_stands_with_its_way_back(application: Application) -> None:
    gone = Doomed("k", "user Ben of ad", 0.0, 0.0)
    database.write(
        lambda tx: destruction.ended(tx, "directory", "ad_sync", "Remove", 1, gone, 1.0, undo="archive/ben")
    )
    text = application.signed_in("viewer").get("/held").text
    assert "user Ben of ad" in text
    assert "archive/ben" in text


def test_a_service_page_has_its_steps(application: Application) -> None:
    text = application.signed_in("viewer").get("/services/cleaner/steps").text
    assert "Cut the node" in text
    assert "with the next run" in text
