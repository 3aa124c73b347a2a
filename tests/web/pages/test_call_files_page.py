"""Do page and API show what became of files, why rows are wrong, and have a mended one read again?"""

from __future__ import annotations

import html
import re

from starlette.testclient import TestClient

from store import database
from tests.browser import call_files_scene
from tests.support.visitors import Application


def said(client: TestClient, path: str) -> str:
    found = re.search(r'<p class="notice \w+">(.*?)</p>', client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def test_files_are_listed_and_narrowed(application: Application) -> None:
    client = application.signed_in("viewer")
    assert "There is no collector" in client.get("/calls/files").text
    call_files_scene.build(application.site)
    text = client.get("/calls/files").text
    assert "1 wait, 1 are half read" in text
    assert "1,234,567" in text
    text = client.get("/calls/files?state=trouble").text
    assert "b.csv.gz" in text
    assert "1,234,567" in text
    assert "c.csv" not in text
    assert "No file fits" in client.get("/calls/files?state=found&before=2").text


def test_pages_go_on_where_they_ended(application: Application) -> None:
    call_files_scene.build(application.site)
    client = application.signed_in("viewer")
    first = client.get("/api/v1/calls/files?limit=2").json()
    assert [each["name"] for each in first["files"]] == ["e.csv", "d.csv"]
    rest = client.get(f"/api/v1/calls/files?limit=3&before={first['next']}").json()
    assert [each["id"] for each in rest["files"]] == [3, 2, 1]
    assert rest["next"] is None


def test_a_file_shows_its_wrong_rows_as_text(application: Application) -> None:
    call_files_scene.build(application.site)
    client = application.signed_in("viewer")
    text = client.get("/calls/files/1").text
    assert "its duration is negative" in text
    assert "<script>alert" not in text
    assert "Read again" not in text
    [row] = client.get("/api/v1/calls/files/1").json()["bad_rows"]
    assert (row["line"], row["reason"]) == (17, "its duration is negative")
    assert client.get("/calls/files/99").status_code == 404
    assert client.get("/api/v1/calls/files/99").status_code == 404


def test_an_operator_has_a_mended_file_read_again_once(application: Application) -> None:
    call_files_scene.build(application.site)
    client = application.signed_in("operator")
    client.post("/calls/files/2/again")
    assert said(client, "/calls/files/2") == "b.csv.gz is read again with the next run"
    client.post("/calls/files/2/again")
    assert said(client, "/calls/files/2") == "file 2 is found: there is nothing to read again"
    assert database.read().value("SELECT state FROM xdr_file WHERE id = 2") == "found"
    changed = database.read().dicts("SELECT * FROM change WHERE action = 'call file again'")
    assert [each["object"] for each in changed] == ["file 2 b.csv.gz"]


def test_who_may_only_look_has_nothing_read_again(application: Application) -> None:
    call_files_scene.build(application.site)
    client = application.signed_in("viewer")
    assert client.post("/calls/files/2/again").status_code == 403
    assert database.read().value("SELECT state FROM xdr_file WHERE id = 2") == "quarantined"
