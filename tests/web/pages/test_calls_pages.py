"""Do the pages and the API of calls show what is there, and ask for what an operator wants?"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest

from store.calls import listed
from tests.support.engine_database import module_database
from tests.support.visitors import Application
from tests.web.pages import calls_scene
from tests.web.pages.calls_scene import BEFORE, SCRIPT, TODAY


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def voice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """One site for all of these tests, which only read."""
    folder = tmp_path_factory.mktemp("voice")
    with module_database(request, folder), pytest.MonkeyPatch.context() as patched:
        yield from calls_scene.site(folder, patched)


def api(voice: Application, path: str, **params: Any) -> dict[str, Any]:
    answer = voice.signed_in("viewer").get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


FOUND: tuple[tuple[dict[str, Any], int], ...] = (
    ({}, 75),
    ({"client": "acme"}, 70),
    ({"number": "+44 20 006"}, 10),
    ({"number": "%"}, 0),
    ({"status": "busy"}, 1),
    ({"origin": "term"}, 1),
    ({"first": TODAY}, 74),
    ({"last": BEFORE}, 1),
    ({"mismatched": True}, 3),
    ({"reason": "no_account"}, 3),
    ({"reason": "no_rate"}, 0),
    ({"gateway": "g1", "client": "=Formula"}, 2),
)


def test_calls_are_found_by_what_is_known_of_them(voice: Application) -> None:
    viewer = voice.signed_in("viewer")
    for asked, count in FOUND:
        answer = viewer.get("/api/v1/calls", params={"limit": 1000, **asked})
        assert len(answer.json()["calls"]) == count, asked


def test_pages_follow_each_other_without_a_gap(voice: Application) -> None:
    viewer = voice.signed_in("viewer")
    seen: list[tuple[str, int]] = []
    cursor: dict[str, str] = {}
    while True:
        page = viewer.get("/api/v1/calls", params={"limit": 20, **cursor}).json()
        seen += [(each["day"], each["id"]) for each in page["calls"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert len(seen) == len(set(seen)) == 75
    assert seen == sorted(seen, reverse=True)


def test_a_page_that_looked_through_enough_says_where_to_go_on(
    voice: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "MOST", 74)
    first = api(voice, "/calls", number="49")
    assert (first["calls"], first["next"] is None) == ([], False)
    then = api(voice, "/calls", number="49", cursor=first["next"])
    assert ([each["dst"] for each in then["calls"]], then["next"]) == (["49"], None)


WRONG: tuple[dict[str, str], ...] = (
    {"client": "Nobody"},
    {"first": "tomorrow"},
    {"first": TODAY, "last": BEFORE},
    {"first": "2020-01-01"},
    {"first": "0001-01-01", "last": "0001-01-02"},
    {"first": "9999-12-31"},
    {"status": "odd"},
    {"reason": "rated"},
    {"cursor": "here"},
    {"cursor": "1_²"},
)


def test_what_cannot_be_asked_is_said_in_one_line(voice: Application) -> None:
    viewer = voice.signed_in("viewer")
    for asked in WRONG:
        assert viewer.get("/api/v1/calls", params=asked).status_code in (404, 422), asked
        page = viewer.get("/calls", params=asked)
        assert (page.status_code, 'role="alert"' in page.text) == (422, True), asked


def test_a_text_that_no_database_holds_is_refused(voice: Application) -> None:
    viewer = voice.signed_in("viewer")
    for path in ("/calls", "/calls/summary", "/api/v1/calls"):
        assert viewer.get(path, params={"gateway": "a\0b"}).status_code == 422


def test_one_call_says_why_it_has_no_charge_or_by_which_rate(voice: Application) -> None:
    viewer = voice.signed_in("viewer")
    lost = api(voice, "/calls", mismatched=True)["calls"][0]
    page = viewer.get(f"/calls/of/{lost['day']}/{lost['id']}")
    assert "no account has this address" in page.text
    assert SCRIPT not in page.text
    rated = api(voice, "/calls", client="Acme")["calls"][0]
    found = api(voice, f"/calls/of/{rated['day']}/{rated['id']}")
    assert (found["cost"], found["currency"], found["rate"], found["why"]) == ("1", "EUR", 5, "rated")
    assert "rate 5" in viewer.get(f"/calls/of/{rated['day']}/{rated['id']}").text
    assert viewer.get(f"/calls/of/{BEFORE}/{rated['id']}").status_code == 404


def test_mismatches_are_counted_by_cause_and_lead_to_a_rerating(voice: Application) -> None:
    (group,) = api(voice, "/calls/mismatches")["mismatches"]
    assert (group["reason"], group["calls"], group["host"]) == ("no_account", 3, SCRIPT)
    operator = voice.signed_in("operator").get("/calls/mismatches").text
    assert SCRIPT not in operator
    assert "Rate again…" in operator
    assert f"/calls/rerating?first={TODAY}" in operator
    assert "Rate again…" not in voice.signed_in("viewer").get("/calls/mismatches").text


def test_the_report_says_asr_acd_minutes_and_cost_by_currency(voice: Application) -> None:
    found = api(voice, "/calls/summary", by="client", first=TODAY)
    assert found["total"]["attempts"] == 74
    rows = {row["group"]: row for row in found["rows"]}
    acme = rows["Acme"]
    assert (acme["asr"], acme["acd"], acme["minutes"], acme["cost"]) == (100.0, 60.0, 70.0, {"EUR": "70"})
    other = rows["=Formula"]
    assert (other["asr"], other["acd"], other["cost"]) == (0.0, None, {"USD": "0.5"})
    assert rows[""]["attempts"] == 3
    assert sum(point["attempts"] for point in found["points"]) == 74
    assert {point["attempts"] for point in found["points"]} == {0, 64, 10}
    vendors = api(voice, "/calls/summary", by="code", origin="term")
    assert [(row["group"], row["cost"]) for row in vendors["rows"]] == [("44", {"USD": "3"})]


def test_the_charts_draw_each_hour_and_have_a_table_beside(voice: Application) -> None:
    text = voice.signed_in("viewer").get(f"/calls/summary?first={TODAY}").text
    titles = re.findall(r"<figcaption>(.*?)</figcaption>", text)
    assert titles == ["Attempts", "ASR, %", "ACD, s", "Minutes", "Cost, EUR", "Cost, USD"]
    assert "Fri 15 Jan 06:00: 64</title>" in text
    assert "Attempts: 9 hours, at most 64 on Fri 15 Jan 06:00" in text
    assert '<th scope="row">2027-01-15 06:00</th>' in text


def test_no_cell_of_the_file_is_a_formula(voice: Application) -> None:
    answer = voice.signed_in("viewer").get(f"/api/v1/calls/summary.csv?by=client&first={TODAY}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0][:4] == ["group", "attempts", "answered", "asr"]
    assert {row[0] for row in rows[1:]} == {"Acme", "'=Formula", ""}


def test_days_show_their_meta_info(voice: Application) -> None:
    today, before = api(voice, "/calls/days")["days"]
    assert (today["day"], before["day"]) == (TODAY, BEFORE)
    assert (today["total"], today["rated"], today["mismatched"], today["progress"]) == (74, 71, 3, 100.0)
    assert TODAY in voice.signed_in("viewer").get("/calls/days").text
    assert api(voice, "/calls/days", limit=1)["next"] == TODAY
    assert [day["day"] for day in api(voice, "/calls/days", before=TODAY)["days"]] == [BEFORE]
