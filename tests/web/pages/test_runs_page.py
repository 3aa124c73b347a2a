"""The list of runs as operators get it: filters, pages, and what failed since they last looked."""

from __future__ import annotations

import json
import re

import pytest

from store import change, database
from store.run import failed, listed
from tests.support import rows
from tests.support.visitors import Application
from web.pages import runs as page

PARTIAL = {"hx-request": "true", "hx-target": "div#table"}


def shown(text: str) -> list[int]:
    """The runs of a table, in its order."""
    return [
        int(number) for number in re.findall(r'<th scope="row" class="number"><a href="/runs/(\d+)">', text)
    ]


def history(application: Application, count: int, **values: object) -> None:
    now = application.clock.now()
    for number in range(1, count + 1):
        at = now - 1000 + number
        times = {"requested_at": at, "queued_at": at, "started_at": at}
        rows.run(number, "succeeded", at + 0.5, "cleaner", **{**times, "node": "n1", **values})


def test_the_pages_have_each_run_exactly_once(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "ROWS", 4)
    history(application, 11)
    client = application.signed_in("viewer")
    address, seen = "/runs", []
    while address:
        text = client.get(address).text
        seen += shown(text)
        older = re.search(r'href="([^"]+)">Older<', text)
        address = older[1].replace("&amp;", "&") if older else ""
        if len(seen) == 4:  # a run that comes meanwhile moves nothing
            rows.run(50, "queued", None, "cleaner")
    assert seen == list(range(11, 0, -1))


def test_a_rare_state_is_sought_part_by_part_to_the_end(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "REACH", 3)
    history(application, 10)
    database.write(lambda tx: tx.run("UPDATE run SET state = 'failed' WHERE id = 2"))
    client = application.signed_in("viewer")
    address, seen, pages = "/runs?state=failed", [], 0
    while address:
        text = client.get(address).text
        seen += shown(text)
        older = re.search(r'href="([^"]+)">Older<', text)
        address = older[1].replace("&amp;", "&") if older else ""
        pages += 1
    assert (seen, pages) == ([2], 4)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=failed", [3]),
        ("state=bad", [3]),
        ("state=open", [4]),
        ("outcome=partial", [2]),
        ("trigger=manual", [2]),
        ("node=n2", [3]),
        ("since=1h", [4, 3, 2]),
        ("service=cleaner&state=open", []),
        ("state=nonsense&before=x", [4, 3, 2, 1]),
    ],
)
def test_filters_stand_in_the_address(application: Application, query: str, expected: list[int]) -> None:
    now = application.clock.now()
    recent = {"requested_at": now - 60, "queued_at": now - 60}
    rows.run(1, "succeeded", now - 9000, "cleaner", outcome="done", requested_at=now - 9000)
    rows.run(2, "succeeded", now - 50, "cleaner", outcome="partial", **{**recent, "trigger": "manual"})
    rows.run(3, "failed", now - 40, "cleaner", node="n2", **recent)
    rows.run(4, "queued", None, "log_rotator", **recent)
    answer = application.signed_in("viewer").get(f"/runs?{query}", headers=PARTIAL)
    assert shown(answer.text) == expected
    assert answer.headers["hx-replace-url"] == f"/runs?{query}"
    assert "<html" not in answer.text


def test_the_first_line_of_an_error_is_text_and_nothing_else(application: Application) -> None:
    error = "<script>alert(1)</script>\nsecond line"
    rows.run(1, "failed", application.clock.now(), "cleaner", error=error)
    text = application.signed_in("viewer").get("/runs").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "second line" not in text


@pytest.mark.parametrize("name", ["<b>x</b>", "%22%3E%3Cb%3E"])
def test_what_is_typed_into_the_address_is_only_text(application: Application, name: str) -> None:
    text = application.signed_in("viewer").get(f"/runs?node={name}&service={name}").text
    assert "<b>" not in text


def test_what_failed_is_counted_until_each_has_seen_it(application: Application) -> None:
    viewer, admin = application.signed_in("viewer"), application.signed_in("admin")
    application.clock.advance(60)
    for number, state in ((1, "failed"), (2, "lost"), (3, "succeeded"), (4, "cancelled")):
        rows.run(number, state, application.clock.now(), "cleaner")
    application.clock.advance(60)
    home = viewer.get("/").text
    link = re.search(r'failed-link" href="([^"]+)"', home)
    assert link is not None
    assert '2<span class="visually-hidden"> failed or lost' in home
    assert shown(viewer.get(link[1]).text) == [2, 1]
    answer = viewer.post("/runs/seen")
    assert answer.status_code == 303
    assert "failed-link" not in viewer.get("/").text
    assert "failed-link" in admin.get("/").text
    assert change.latest(database.read(), 1)[0]["action"] == "runs seen"
    rows.run(9, "failed", application.clock.now() + 1, "cleaner")
    assert "failed-link" in viewer.get("/").text


def test_what_users_keep_beside_it_stays(application: Application) -> None:
    database.write(lambda tx: tx.run("UPDATE app_user SET settings = ?", (json.dumps({"other": 1}),)))
    application.signed_in("viewer").post("/runs/seen")
    kept = database.read().value("SELECT settings FROM app_user WHERE name = 'viewer'")
    assert json.loads(kept) == {"other": 1, "runs_seen_at": application.clock.now()}


def test_a_long_history_is_counted_in_part(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failed, "REACH", 3)
    for number in range(1, 6):
        rows.run(number, "failed", application.clock.now() + number, "cleaner")
    assert "3+ failed or lost" in application.signed_in("viewer").get("/runs").text
