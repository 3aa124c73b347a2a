"""Do the pages, the API and the command show directories as they are, and nothing more than that?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import database
from store.directory import backup
from tests.support.directory_rows import GONE, NAMES, SCRIPT, directories
from tests.support.visitors import FILE, Application, running_application


@pytest.fixture
def hosting(tmp_path: Path, engine_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    text = FILE.replace("profiles = []", 'profiles = ["hosting"]')
    yield from running_application(tmp_path, monkeypatch, text)


def names(hosting: Application, **asked: str) -> list[str]:
    answer = hosting.signed_in("viewer").get("/api/v1/directory/users", params=asked)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["users"]]


def test_users_are_found_by_what_somebody_asks_for(hosting: Application) -> None:
    directories(hosting.site)
    assert names(hosting) == [NAMES[0], NAMES[1], NAMES[2], NAMES[4]]
    assert names(hosting, show="locked") == [NAMES[0]]
    assert names(hosting, show="expiring") == [NAMES[1]]
    assert names(hosting, show="off") == [NAMES[2]]
    assert names(hosting, show="gone") == [NAMES[3]]
    assert names(hosting, q="BEN@example") == [NAMES[1]]
    assert names(hosting, organisation="acme") == [NAMES[0], NAMES[1]]
    assert names(hosting, directory="broken") == []
    assert names(hosting, q="%") == []


def test_pages_of_users_go_on_where_the_last_ended(hosting: Application) -> None:
    directories(hosting.site)
    page = hosting.signed_in("viewer")
    first = page.get("/api/v1/directory/users?limit=3").json()
    rest = page.get(f"/api/v1/directory/users?limit=3&cursor={first['next']}").json()
    found = [row["name"] for row in first["users"] + rest["users"]]
    assert (found, rest["next"]) == ([NAMES[0], NAMES[1], NAMES[2], NAMES[4]], None)


def test_the_page_shows_who_is_locked_and_escapes_names(hosting: Application) -> None:
    directories(hosting.site)
    page = hosting.signed_in("viewer").get("/directory").text
    assert "1 locked out" in page
    assert "4 users" in page
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    table = hosting.signed_in("viewer").get(
        "/directory?show=locked", headers={"hx-request": "true", "hx-target": "div#table"}
    )
    assert NAMES[0] in table.text
    assert NAMES[1] not in table.text
    assert "<html" not in table.text


def test_a_user_is_shown_with_groups_and_services(hosting: Application) -> None:
    anna = directories(hosting.site)[NAMES[0]]
    page = hosting.signed_in("operator").get(f"/directory/{anna}").text
    for part in ("staff", "RDS", "anna@corp.example.org", "locked out", "Acme"):
        assert part in page
    assert "go live" in page, "while the family observes there is no button"
    found = hosting.signed_in("viewer").get(f"/api/v1/directory/users/{anna}").json()
    assert (found["groups"][0]["name"], found["services"][0]["service"]) == ("staff", "RDS")
    assert hosting.signed_in("viewer").get("/directory/12345").status_code == 404


def test_directories_say_what_went_wrong(hosting: Application) -> None:
    assert "There is no directory yet" in hosting.signed_in("viewer").get("/directories").text
    directories(hosting.site)
    page = hosting.signed_in("viewer").get("/directories").text
    assert "nobody listens there" in page
    assert SCRIPT not in page
    rows = hosting.signed_in("viewer").get("/api/v1/directories").json()["directories"]
    assert [(row["name"], row["users"], row["error_kind"]) for row in rows] == [
        ("broken", 0, "unreachable"),
        ("corp", 4, None),
    ]


def test_unlocking_waits_for_the_family_to_go_live(hosting: Application) -> None:
    anna = directories(hosting.site)[NAMES[0]]
    answer = hosting.signed_in("operator").post(f"/api/v1/directory/users/{anna}/unlock")
    assert (answer.status_code, answer.json()["code"]) == (409, "observing")
    assert hosting.signed_in("viewer").post(f"/api/v1/directory/users/{anna}/unlock").status_code == 403
    assert "locked out" in hosting.signed_in("viewer").get(f"/directory/{anna}").text


def test_a_directory_is_read_now_when_somebody_asks(hosting: Application) -> None:
    directories(hosting.site)
    answer = hosting.signed_in("operator").post("/api/v1/directories/corp/sync?full=yes")
    assert answer.status_code == 202, answer.text
    (run,) = answer.json()["runs"]
    args = {"directory": "corp", "full": True, "believe": False}
    assert (run["service"], run["args"]) == ("sync_ad_users", args)
    missing = hosting.signed_in("operator").post("/api/v1/directories/nobody/sync")
    assert missing.status_code == 404


def test_a_kept_copy_is_found_by_name_or_guid_and_shown_whole(hosting: Application) -> None:
    assert "Nothing was kept yet" in hosting.signed_in("viewer").get("/directories/copies").text
    directories(hosting.site)
    client = hosting.signed_in("viewer")
    assert 'href="/directories/copies"' in client.get("/directories").text
    for words in ("", "?q=EVE", f"?q={GONE.remote_id}"):
        page = client.get(f"/directories/copies{words}").text
        assert "deleted by job 7" in page
        assert SCRIPT not in page
    assert "No copy is like that" in client.get("/directories/copies?q=deleted").text
    page = client.get("/directories/copies/1").text
    assert "eve@example.org" in page
    assert "a, b" in page
    assert SCRIPT not in page
    missing = client.get("/api/v1/directory/copies/99")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown_copy")


def test_older_copies_are_a_page_further(hosting: Application) -> None:
    directories(hosting.site)
    corp = database.read().value("SELECT id FROM directory WHERE name = 'corp'")
    more = [GONE._replace(reason=f"no. {number}") for number in range(60)]
    database.write(lambda tx: backup.put(tx, corp, more, hosting.clock.now()))
    client = hosting.signed_in("viewer")
    first = client.get("/directories/copies").text
    older = re.search(r'href="(/directories/copies\?before=\d+)">Older', first)
    assert older is not None
    assert "deleted by job 7" in client.get(older[1]).text
    assert "deleted by job 7" not in first
    api = client.get("/api/v1/directory/copies?limit=50").json()
    assert api["next"] == int(older[1].rpartition("=")[2])
