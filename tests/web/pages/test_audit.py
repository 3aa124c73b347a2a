"""Does the page of the audit trail say who changed what, and does its export leave nothing out?"""

from __future__ import annotations

import csv
import html
import json
import re

import pytest

from store import change, change_log, database
from tests.support.visitors import Application

SCRIPT = "<script>alert(1)</script>"


def write(application: Application, **more: object) -> None:
    what = {"actor": "ann", "action": "schedule", "target": "service cache", "now": application.clock.now()}
    with change.origin(via="page", address="192.0.2.9"):
        database.write(lambda tx: change.record(tx, **{**what, **more}))  # type: ignore[arg-type]


def plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_an_entry_says_who_from_where_what_before_after_and_why(application: Application) -> None:
    before = {"rule": {"minutes": 5, "align": 2}, "enabled": True}
    after = {"rule": {"minutes": 10, "align": 2}, "enabled": False}
    write(application, before=before, after=after, reason="too often")
    text = plain(application.signed_in("viewer").get("/audit?object=cache").text)
    assert "ann page 192.0.2.9 schedule cache" in text
    assert "enabled yes → no rule.minutes 5 → 10 too often" in text
    assert "align" not in text


def test_a_search_narrows_and_stands_in_the_address(application: Application) -> None:
    write(application, actor="berta", target="service one")
    write(application, actor="carl", target="service two")
    visitor = application.signed_in("viewer")
    answer = visitor.get(
        "/audit?actor=bert&action=", headers={"hx-request": "true", "hx-target": "div#table"}
    )
    assert answer.headers["hx-replace-url"] == "/audit?actor=bert"
    assert "berta" in answer.text
    assert "carl" not in answer.text
    assert "<html" not in answer.text


def test_days_are_those_of_the_site_and_the_last_one_counts(application: Application) -> None:
    write(application)  # 2027-01-15
    visitor = application.signed_in("viewer")
    assert "service" in visitor.get("/audit?object=cache&since=2027-01-15&until=2027-01-15").text
    assert "Nothing like it" in visitor.get("/audit?object=cache&until=2027-01-14").text
    assert "Nothing like it" in visitor.get("/audit?object=cache&since=2027-01-16").text


@pytest.mark.parametrize("day", ["soon", "2027-13-01", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_is_told_in_a_sentence(application: Application, day: str) -> None:
    answer = application.signed_in("viewer").get(f"/audit?since={day}&until={day}")
    assert answer.status_code in (200, 422)
    assert answer.status_code == 200 or "expected a day such as 2027-01-31" in html.unescape(answer.text)


def test_older_entries_are_a_click_away(application: Application) -> None:
    for n in range(105):
        write(application, target=f"service s{n}")
    visitor = application.signed_in("viewer")
    first = visitor.get("/audit?actor=ann").text
    older = html.unescape(re.search(r'href="(/audit\?[^"]*before=\d+)"', first)[1])  # type: ignore[index]
    assert "/services/s104" in first
    assert '/services/s4"' not in first
    assert '/services/s4"' in visitor.get(older).text


def test_only_an_admin_takes_it_away(application: Application) -> None:
    write(application)
    assert "/audit/export" in application.signed_in("admin").get("/audit").text
    assert "/audit/export" not in application.signed_in("operator").get("/audit").text
    assert application.signed_in("operator").get("/audit/export").status_code == 403


def test_the_csv_has_every_entry_and_no_formula(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_log, "REACH", 3)  # several pages
    for n in range(8):
        write(application, target=f"service s{n}")
    write(application, actor="=cmd|' /C calc'!A0", reason="@SUM(A1)", target="service evil")
    answer = application.signed_in("admin").get("/audit/export?object=service&format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="audit.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["object"] for row in rows] == ["service evil", *(f"service s{n}" for n in range(7, -1, -1))]
    assert rows[0]["actor"].startswith("'=cmd")
    assert rows[0]["reason"] == "'@SUM(A1)"


def test_the_json_lines_are_entries(application: Application) -> None:
    write(application, before={"a": 1}, after={"a": 2})
    answer = application.signed_in("admin").get("/audit/export?actor=ann&format=jsonl")
    (entry,) = [json.loads(line) for line in answer.text.splitlines()]
    assert entry["changes"] == [{"key": "a", "before": "1", "after": "2"}]
    assert (entry["via"], entry["address"]) == ("page", "192.0.2.9")


def test_texts_are_never_code(application: Application) -> None:
    write(application, actor=SCRIPT, action=SCRIPT, target=SCRIPT, reason=SCRIPT, before={SCRIPT: SCRIPT})
    text = application.signed_in("viewer").get(f"/audit?actor={SCRIPT}").text
    assert SCRIPT not in text
    assert text.count("&lt;script&gt;") >= 7
